/* Stands between a process and its disk and clock (LD_PRELOAD), below one directory.
 *
 *   TORTURE_DIRECTORY   absolute path; only what is opened below it is touched
 *   TORTURE_JOURNAL     file to which every change below it is written, in order (torture/disk/journal.py)
 *   TORTURE_CONTROL     file of eight int64, mapped, which whoever runs the process may change at any time:
 *                       clock offset in ns, bytes until the disk is full (-1: never), writes until one fails
 *                       with EIO (-1: never), syncs until one fails (-1), how many fail from then on, delay
 *                       of each sync in ns, bytes at which each write is cut short (0: never), spare
 *
 * All changes of one process are made under one lock, so their order in the journal is the order in which they
 * were made. A sync is written down twice: when it begins, for what it covers, and when it has ended, well or not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MAX_FD 4096
enum { OPEN = 1, WRITE, TRUNCATE, SYNC_BEGUN, SYNC_DONE, RENAME, UNLINK, LINK, MKDIR, SYNC_FAILED };
enum { OFFSET, ROOM, WRITES, SYNCS, FAILING, DELAY, SHORT, CONTROLS = 8 };

struct head {
    uint32_t type, first, second, flags;
    uint64_t handle;
    int64_t at;
};

static char base[4096];
static size_t base_length;
static int journal = -1;
static volatile int64_t *control;
static uint64_t handles[MAX_FD];
static char spared[MAX_FD]; /* What clients were told is theirs: it is journalled, and never in trouble. */
static uint64_t next_handle;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t real_writev(int fd, const struct iovec *parts, int count)
{
    REAL(writev);
    return real(fd, parts, count);
}

static int64_t *mapped(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, CONTROLS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0) close(fd);
    return at == MAP_FAILED ? NULL : at;
}

__attribute__((constructor)) static void begin(void)
{
    const char *directory = getenv("TORTURE_DIRECTORY"), *path = getenv("TORTURE_JOURNAL");
    const char *told = getenv("TORTURE_CONTROL");
    next_handle = (uint64_t)getpid() << 32;
    if (path && *path) journal = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (told && *told) control = mapped(told);
    if (directory && strlen(directory) < sizeof base) {
        strcpy(base, directory);
        base_length = strlen(base);
    }
}

static int below(const char *path, char *whole)
{
    if (!base_length || !path) return 0;
    if (path[0] == '/') {
        if (strlen(path) >= 4096) return 0;
        strcpy(whole, path);
    } else {
        if (!getcwd(whole, 4096) || strlen(whole) + strlen(path) + 2 > 4096) return 0;
        strcat(strcat(whole, "/"), path);
    }
    return !strncmp(whole, base, base_length) && (whole[base_length] == '/' || !whole[base_length]);
}

static void note(uint32_t type, uint64_t handle, int64_t at, uint32_t flags, const void *first, size_t length,
                 const char *second)
{
    if (journal < 0) return;
    int kept = errno;
    struct head head = {type, length, second ? strlen(second) : 0, flags, handle, at};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)first, length}, {(void *)second, head.second}};
    real_writev(journal, parts, 3);
    errno = kept;
}

static uint64_t handle_of(int fd) { return fd >= 0 && fd < MAX_FD ? handles[fd] : 0; }

static int due(int which)
{
    if (!control || control[which] < 0) return 0;
    if (control[which] > 0) {
        control[which]--;
        return 0;
    }
    if (control[FAILING] > 0) {
        if (--control[FAILING] == 0) control[which] = -1;
        return 1;
    }
    return 0;
}

/* How many of the bytes may be written, or -1 with errno. */
static ssize_t admitted(int fd, size_t wanted)
{
    if (!control || spared[fd]) return wanted;
    if (due(WRITES)) {
        errno = EIO;
        return -1;
    }
    int64_t room = control[ROOM];
    if (room >= 0) {
        if (room == 0 && wanted) {
            errno = ENOSPC;
            return -1;
        }
        if ((int64_t)wanted > room) wanted = room;
        control[ROOM] = room - wanted;
    }
    if (control[SHORT] > 0 && (int64_t)wanted > control[SHORT]) wanted = control[SHORT];
    return wanted;
}

static int opened(int fd, const char *path, int flags)
{
    char whole[4096];
    if (fd < 0 || fd >= MAX_FD) return fd;
    pthread_mutex_lock(&lock);
    handles[fd] = 0;
    if (below(path, whole)) {
        handles[fd] = ++next_handle;
        spared[fd] = !strcmp(whole + strlen(whole) - 5, "/told");
        note(OPEN, handles[fd], 0, flags, whole, strlen(whole), NULL);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static int full_for(const char *path, int flags)
{
    char whole[4096];
    if (!(flags & O_CREAT) || !control || control[ROOM] != 0 || !below(path, whole)) return 0;
    REAL(access);
    if (real(path, F_OK) == 0) return 0;
    errno = ENOSPC;
    return 1;
}

#define MODE() \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = va_arg(more, mode_t); \
        va_end(more); \
    }

int open(const char *path, int flags, ...)
{
    REAL(open);
    MODE();
    if (full_for(path, flags)) return -1;
    return opened(real(path, flags, mode), path, flags);
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    MODE();
    if (full_for(path, flags)) return -1;
    return opened(real(path, flags, mode), path, flags);
}

int openat(int at, const char *path, int flags, ...)
{
    REAL(openat);
    MODE();
    int fd = real(at, path, flags, mode);
    return at == AT_FDCWD || path[0] == '/' ? opened(fd, path, flags) : fd;
}

int openat64(int at, const char *path, int flags, ...)
{
    REAL(openat64);
    MODE();
    int fd = real(at, path, flags, mode);
    return at == AT_FDCWD || path[0] == '/' ? opened(fd, path, flags) : fd;
}

int close(int fd)
{
    REAL(close);
    if (handle_of(fd)) {
        pthread_mutex_lock(&lock);
        handles[fd] = 0;
        pthread_mutex_unlock(&lock);
    }
    return real(fd);
}

ssize_t write(int fd, const void *data, size_t length)
{
    REAL(write);
    uint64_t handle = handle_of(fd);
    if (!handle) return real(fd, data, length);
    pthread_mutex_lock(&lock);
    ssize_t done = admitted(fd, length);
    if (done >= 0) done = real(fd, data, done);
    if (done > 0) note(WRITE, handle, lseek(fd, 0, SEEK_CUR) - done, 0, data, done, NULL);
    pthread_mutex_unlock(&lock);
    return done;
}

static ssize_t put(int fd, const void *data, size_t length, off_t at)
{
    REAL(pwrite64);
    uint64_t handle = handle_of(fd);
    if (!handle) return real(fd, data, length, at);
    pthread_mutex_lock(&lock);
    ssize_t done = admitted(fd, length);
    if (done >= 0) done = real(fd, data, done, at);
    if (done > 0) note(WRITE, handle, at, 0, data, done, NULL);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return put(fd, data, length, at); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) { return put(fd, data, length, at); }

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (!handle_of(fd) || count < 1) return real_writev(fd, parts, count);
    return write(fd, parts[0].iov_base, parts[0].iov_len); /* A short write, which the caller goes on from. */
}

/* What the kernel copied by itself is read back for the journal. */
static ssize_t sent(int to, int from, off_t *at, size_t count)
{
    REAL(sendfile64);
    uint64_t handle = handle_of(to);
    if (!handle) return real(to, from, at, count);
    pthread_mutex_lock(&lock);
    ssize_t done = admitted(to, count);
    if (done >= 0) done = real(to, from, at, done);
    if (done > 0) {
        off_t start = lseek(to, 0, SEEK_CUR) - done;
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", to);
        int back = open(path, O_RDONLY | O_CLOEXEC);
        char *copy = malloc(done);
        if (copy && back >= 0 && pread(back, copy, done, start) == done)
            note(WRITE, handle, start, 0, copy, done, NULL);
        free(copy);
        if (back >= 0) close(back);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t sendfile(int to, int from, off_t *at, size_t count) { return sent(to, from, at, count); }
ssize_t sendfile64(int to, int from, off64_t *at, size_t count) { return sent(to, from, at, count); }

static int cut(int fd, off_t size)
{
    REAL(ftruncate64);
    uint64_t handle = handle_of(fd);
    if (!handle) return real(fd, size);
    pthread_mutex_lock(&lock);
    int failed = real(fd, size);
    if (!failed) note(TRUNCATE, handle, size, 0, NULL, 0, NULL);
    pthread_mutex_unlock(&lock);
    return failed;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off_t size) { return cut(fd, size); }

static int sync_before(int fd)
{
    if (!handle_of(fd)) return 0;
    pthread_mutex_lock(&lock);
    note(SYNC_BEGUN, handles[fd], 0, 0, NULL, 0, NULL);
    int64_t delay = control ? control[DELAY] : 0;
    int fails = due(SYNCS);
    pthread_mutex_unlock(&lock);
    if (delay > 0) {
        struct timespec pause = {delay / 1000000000, delay % 1000000000};
        nanosleep(&pause, NULL);
    }
    if (fails) {
        pthread_mutex_lock(&lock);
        note(SYNC_FAILED, handles[fd], 0, 0, NULL, 0, NULL);
        pthread_mutex_unlock(&lock);
        errno = EIO;
    }
    return fails;
}

static int sync_after(int fd, int failed)
{
    if (!failed && handle_of(fd)) {
        pthread_mutex_lock(&lock);
        note(SYNC_DONE, handles[fd], 0, 0, NULL, 0, NULL);
        pthread_mutex_unlock(&lock);
    }
    return failed;
}

int fsync(int fd)
{
    REAL(fsync);
    return sync_before(fd) ? -1 : sync_after(fd, real(fd));
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    return sync_before(fd) ? -1 : sync_after(fd, real(fd));
}

static void named(uint32_t type, const char *first, const char *second)
{
    char one[4096], two[4096] = "";
    int inside = below(first, one), other = second && below(second, two);
    if (inside || other) note(type, 0, 0, 0, one, strlen(one), second ? two : NULL);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    pthread_mutex_lock(&lock);
    int failed = real(from, to);
    if (!failed) named(RENAME, from, to);
    pthread_mutex_unlock(&lock);
    return failed;
}

int renameat(int at, const char *from, int in, const char *to)
{
    REAL(renameat);
    return at == AT_FDCWD && in == AT_FDCWD ? rename(from, to) : real(at, from, in, to);
}

int unlink(const char *path)
{
    REAL(unlink);
    pthread_mutex_lock(&lock);
    int failed = real(path);
    if (!failed) named(UNLINK, path, NULL);
    pthread_mutex_unlock(&lock);
    return failed;
}

int link(const char *from, const char *to)
{
    REAL(link);
    pthread_mutex_lock(&lock);
    int failed = real(from, to);
    if (!failed) named(LINK, from, to);
    pthread_mutex_unlock(&lock);
    return failed;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    pthread_mutex_lock(&lock);
    int failed = real(path, mode);
    if (!failed) named(MKDIR, path, NULL);
    pthread_mutex_unlock(&lock);
    return failed;
}

/* --- the clock: the wall's alone; what counts time that passes goes on as it was */

int clock_gettime(clockid_t which, struct timespec *at)
{
    REAL(clock_gettime);
    int failed = real(which, at);
    if (!failed && control && control[OFFSET] && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        int64_t ns = (int64_t)at->tv_sec * 1000000000 + at->tv_nsec + control[OFFSET];
        at->tv_sec = ns / 1000000000;
        at->tv_nsec = ns % 1000000000;
    }
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
