"""A collection served to a browser: pywb, with a start page of ours, on loopback.

:mod:`mirror.replay.environment` and :mod:`mirror.replay.launch` run in the project's environment;
everything else in pywb's, with nothing of the project's dependencies: standard library, pywb and
the modules of the project that need no more.
"""
