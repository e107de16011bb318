/* Makes the n-th operation that changes a file below FAULT_FOLDER fail. Loaded before the C library (LD_PRELOAD), so it
   reaches SQLite, tantivy, Chroma and Python alike, wherever they call the library and not the kernel itself: of the
   changes that strace sees in a sync, all but the renaming of tantivy's small files (8 of 731). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static long at, number, always, count, struck;

/* The at-th operation from now on fails with this errno, and where `forever` all after it too; 0 for none. */
void fault_arm(long n, long error, long forever) {
    count = struck = 0, number = error, always = forever, at = n;
}
long fault_count(void) { return count; }
long fault_struck(void) { return struck; }

static int within(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && !strncmp(path, folder, strlen(folder));
}

static int of_file(int file) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t size = readlink(name, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return within(path);
}

static int of_path(int folder, const char *path) {
    return path[0] == '/' || folder == AT_FDCWD ? within(path) : of_file(folder);
}

/* A full disk stops neither what frees room nor the opening of a file that is there. */
static int needs_room(int folder, const char *path) {
    return number != ENOSPC || faccessat(folder, path, F_OK, 0) != 0;
}

/* Whether this operation is to fail. */
static int strikes(int ours) {
    if (!ours || !at) return 0;
    long now = __sync_add_and_fetch(&count, 1);
    if (now < at || (now > at && !always)) return 0;
    __sync_add_and_fetch(&struck, 1);
    errno = (int)number;
    return 1;
}

#define NEXT(name) __typeof__(&name) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define WRAP(type, name, parameters, ours, arguments) \
    type name parameters { NEXT(name); return strikes(ours) ? (type)-1 : next arguments; }
#define WRITES(name, parameters, arguments, half) \
    ssize_t name parameters { \
        NEXT(name); int now = errno; \
        if (!strikes(of_file(file))) { errno = now; return next arguments; } \
        if (number == ENOSPC && count == at && size > 1) { errno = now; return next half; } /* what still has room */ \
        return -1; }

WRITES(write, (int file, const void *data, size_t size), (file, data, size), (file, data, size / 2))
WRITES(pwrite, (int file, const void *data, size_t size, off_t place), (file, data, size, place), (file, data, size / 2, place))
WRITES(pwrite64, (int file, const void *data, size_t size, off64_t place), (file, data, size, place), (file, data, size / 2, place))
WRAP(ssize_t, writev, (int file, const struct iovec *parts, int n), of_file(file), (file, parts, n))
WRAP(ssize_t, pwritev, (int file, const struct iovec *parts, int n, off_t place), of_file(file), (file, parts, n, place))
WRAP(int, fsync, (int file), of_file(file), (file))
WRAP(int, fdatasync, (int file), of_file(file), (file))
WRAP(int, ftruncate, (int file, off_t size), of_file(file), (file, size))
WRAP(int, ftruncate64, (int file, off64_t size), of_file(file), (file, size))
WRAP(int, rename, (const char *from, const char *to), within(to), (from, to))
WRAP(int, renameat, (int a, const char *from, int b, const char *to), of_path(b, to), (a, from, b, to))
WRAP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), of_path(b, to), (a, from, b, to, flags))
WRAP(int, link, (const char *from, const char *to), within(to), (from, to))
WRAP(int, unlink, (const char *path), number != ENOSPC && within(path), (path))
WRAP(int, unlinkat, (int folder, const char *path, int flags), number != ENOSPC && of_path(folder, path), (folder, path, flags))
WRAP(int, rmdir, (const char *path), number != ENOSPC && within(path), (path))
WRAP(int, mkdir, (const char *path, mode_t mode), within(path), (path, mode))

#define OPENS(name, parameters, arguments, ours) \
    int name parameters { \
        NEXT(name); mode_t mode = 0; \
        if (flags & O_CREAT) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
        return (flags & O_CREAT) && strikes(ours) ? -1 : next arguments; }
OPENS(open, (const char *path, int flags, ...), (path, flags, mode), within(path) && needs_room(AT_FDCWD, path))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode), within(path) && needs_room(AT_FDCWD, path))
OPENS(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), of_path(folder, path) && needs_room(folder, path))
OPENS(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode), of_path(folder, path) && needs_room(folder, path))

/* Chroma's graph is written through C's streams, whose own calls do not come by here. */
#define STREAMS(name) \
    FILE *name(const char *path, const char *mode) { \
        NEXT(name); \
        return !strchr(mode, 'r') && strikes(within(path) && needs_room(AT_FDCWD, path)) ? NULL : next(path, mode); }
STREAMS(fopen)
STREAMS(fopen64)
size_t fwrite(const void *data, size_t size, size_t n, FILE *stream) {
    NEXT(fwrite);
    int file = fileno(stream);
    return file >= 0 && strikes(of_file(file)) ? 0 : next(data, size, n, stream);
}
/* What could not be flushed is lost. */
static int flushed(FILE *stream) {
    int file = stream ? fileno(stream) : -1;
    if (file < 0 || !__fpending(stream) || !strikes(of_file(file))) return 1;
    __fpurge(stream);
    return 0;
}
int fflush(FILE *stream) {
    NEXT(fflush);
    return flushed(stream) ? next(stream) : EOF;
}
int fclose(FILE *stream) {
    NEXT(fclose);
    int good = flushed(stream), result = next(stream);
    return good ? result : EOF;
}
