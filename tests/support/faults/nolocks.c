/* A disk that knows no locks, as some network shares are: every lock is refused with ENOLCK.
   Loaded before the C library by media.rs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

static int without_locks(const char *name, int file, int command, void *argument) {
    int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, name);
    switch (command) {
    case F_GETLK: case F_SETLK: case F_SETLKW:
    case F_OFD_GETLK: case F_OFD_SETLK: case F_OFD_SETLKW:
        errno = ENOLCK;
        return -1;
    default:
        return real(file, command, argument);
    }
}

#define FORWARD(name)                                                  \
    int name(int file, int command, ...) {                             \
        va_list rest;                                                  \
        va_start(rest, command);                                       \
        void *argument = va_arg(rest, void *);                         \
        va_end(rest);                                                  \
        return without_locks(#name, file, command, argument);          \
    }

FORWARD(fcntl)
FORWARD(fcntl64)

int flock(int file, int operation) {
    (void)file;
    (void)operation;
    errno = ENOLCK;
    return -1;
}
