/* Keeps a journal of what a process does to the files below one folder, in the order of its calls.
 *
 * Loaded with LD_PRELOAD. JOURNAL_FOLDER is the folder, JOURNAL_FILE the journal: one entry a call,
 * "<op> <length of path> <length of second> <offset> <length of data>\n", then path, second path and
 * data. A call is noted after it succeeded, under a lock, so that the order is that of the effects.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;

static const char *folder(void) { return getenv("JOURNAL_FOLDER"); }

static void put(const void *data, size_t length) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = REAL(write);
    while (length) {
        ssize_t done = real(journal, data, length);
        if (done <= 0) abort();
        data = (const char *)data + done;
        length -= done;
    }
}

static void note(const char *op, const char *path, const char *second, long long offset,
                 const void *data, size_t length) {
    const char *root = folder();
    if (!root || !path || strncmp(path, root, strlen(root))) return;
    if (strstr(path, "/.lock") || strstr(path, "-shm")) return;
    if (journal < 0) {
        int (*real)(const char *, int, ...) = REAL(open);
        journal = real(getenv("JOURNAL_FILE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (journal < 0) abort();
    }
    char head[128];
    int size = snprintf(head, sizeof head, "%s %zu %zu %lld %zu\n", op, strlen(path),
                        second ? strlen(second) : 0, offset, length);
    put(head, size);
    put(path, strlen(path));
    if (second) put(second, strlen(second));
    put(data, length);
}

/* The name that a descriptor was opened by; "" for what is no file of the folder. */
static const char *name_of(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    buffer[length > 0 ? length : 0] = 0;
    return buffer;
}

#define LOCKED(result, call, condition, noting) \
    do {                                        \
        pthread_mutex_lock(&lock);              \
        result = call;                          \
        if (condition) { noting; }              \
        pthread_mutex_unlock(&lock);            \
        return result;                          \
    } while (0)

static int opened(int fd, const char *path, int flags, int existed) {
    char name[PATH_MAX];
    if (fd >= 0 && (flags & O_CREAT) && !existed) note("create", name_of(fd, name), 0, 0, "", 0);
    if (fd >= 0 && (flags & O_TRUNC) && existed) note("truncate", name_of(fd, name), 0, 0, "", 0);
    (void)path;
    return fd;
}

#define OPEN(name)                                                        \
    int name(const char *path, int flags, ...) {                          \
        mode_t mode = 0;                                                  \
        if (flags & (O_CREAT | O_TMPFILE)) {                              \
            va_list list;                                                 \
            va_start(list, flags);                                        \
            mode = va_arg(list, mode_t);                                  \
            va_end(list);                                                 \
        }                                                                 \
        pthread_mutex_lock(&lock);                                        \
        int existed = access(path, F_OK) == 0;                            \
        int fd = opened(REAL(name)(path, flags, mode), path, flags, existed); \
        pthread_mutex_unlock(&lock);                                      \
        return fd;                                                        \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                      \
    int name(int at, const char *path, int flags, ...) {                  \
        mode_t mode = 0;                                                  \
        if (flags & (O_CREAT | O_TMPFILE)) {                              \
            va_list list;                                                 \
            va_start(list, flags);                                        \
            mode = va_arg(list, mode_t);                                  \
            va_end(list);                                                 \
        }                                                                 \
        pthread_mutex_lock(&lock);                                        \
        int existed = faccessat(at, path, F_OK, 0) == 0;                  \
        int fd = opened(REAL(name)(at, path, flags, mode), path, flags, existed); \
        pthread_mutex_unlock(&lock);                                      \
        return fd;                                                        \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t length) {
    char name[PATH_MAX];
    ssize_t done;
    /* Where it was written: after it, the position is behind it, with O_APPEND too. */
    LOCKED(done, REAL(write)(fd, data, length), done > 0,
           note("write", name_of(fd, name), 0, lseek(fd, 0, SEEK_CUR) - done, data, done));
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    char name[PATH_MAX];
    ssize_t done;
    LOCKED(done, REAL(pwrite)(fd, data, length, offset), done > 0,
           note("write", name_of(fd, name), 0, offset, data, done));
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    char name[PATH_MAX];
    ssize_t done;
    LOCKED(done, REAL(pwrite64)(fd, data, length, offset), done > 0,
           note("write", name_of(fd, name), 0, offset, data, done));
}

int ftruncate(int fd, off_t length) {
    char name[PATH_MAX];
    int done;
    LOCKED(done, REAL(ftruncate)(fd, length), done == 0,
           note("truncate", name_of(fd, name), 0, length, "", 0));
}

int ftruncate64(int fd, off64_t length) {
    char name[PATH_MAX];
    int done;
    LOCKED(done, REAL(ftruncate64)(fd, length), done == 0,
           note("truncate", name_of(fd, name), 0, length, "", 0));
}

int fsync(int fd) {
    char name[PATH_MAX];
    int done;
    LOCKED(done, REAL(fsync)(fd), done == 0, note("sync", name_of(fd, name), 0, 0, "", 0));
}

int fdatasync(int fd) {
    char name[PATH_MAX];
    int done;
    LOCKED(done, REAL(fdatasync)(fd), done == 0, note("sync", name_of(fd, name), 0, 0, "", 0));
}

int rename(const char *from, const char *to) {
    int done;
    LOCKED(done, REAL(rename)(from, to), done == 0, note("rename", from, to, 0, "", 0));
}

int unlink(const char *path) {
    int done;
    LOCKED(done, REAL(unlink)(path), done == 0, note("unlink", path, 0, 0, "", 0));
}

int unlinkat(int at, const char *path, int flags) {
    int done;
    LOCKED(done, REAL(unlinkat)(at, path, flags), done == 0, note("unlink", path, 0, 0, "", 0));
}
