/* Open many event streams from one core, and account for every event of each.

   load PORT CONNECTIONS AT_ONCE OPENING NEWEST < commands      (the head of the request is in the environment, as REQUEST)

   A stream counts as open when OPENING has come after a status of 200. Each event carries one mark, ~SSSSSSSS.TTTTTTTTTTTTTTTT:
   its number, which goes on from NEWEST without a gap, and the microseconds of CLOCK_MONOTONIC at which it was published.
   When all are open, one line of JSON is printed. Then, for each line "N SECONDS" that is read, it waits until every stream
   has had event N, but not longer than that, and prints another about what came since the last. It ends with its input. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK_BYTES 26
#define CARRY_BYTES 64
#define BUFFER_BYTES (1 << 18)
#define PATIENCE 300000000ull /* microseconds, for all to open */
#define STEPS 64 /* of the histogram, for each doubling of the latency */
#define BUCKETS (STEPS * 40)

struct stream {
    int fd, is_open, carried;
    uint32_t last; /* number of the newest event it has had */
    char carry[CARRY_BYTES];
};

static struct stream *streams;
static int count, at_once, begun, open_now, broken, refused, poller;
static const char *opening, *request;
static struct sockaddr_in address;
static uint64_t events, lost, doubled, bytes, latencies[BUCKETS];
static uint32_t awaited;
static int short_of; /* streams that have yet to get the event awaited */

static uint64_t microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Eight decimal digits at once: pairs, then fours, then all. */
static uint32_t eight_digits(const char *text) {
    uint64_t digits;
    memcpy(&digits, text, 8);
    digits = (digits & 0x0F0F0F0F0F0F0F0F) * 2561 >> 8;
    digits = (digits & 0x00FF00FF00FF00FF) * 6553601 >> 16;
    return (digits & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;
}

static int bucket_of(uint64_t latency) {
    if (latency < STEPS) return latency;
    int doublings = 63 - __builtin_clzll(latency) - __builtin_ctz(STEPS);
    int bucket = doublings * STEPS + (latency >> doublings);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static uint64_t floor_of(int bucket) {
    if (bucket < 2 * STEPS) return bucket;
    int doublings = bucket / STEPS - 1;
    return (uint64_t)(bucket - doublings * STEPS) << doublings;
}

static void connect_one(void) {
    struct stream *stream = &streams[begun++];
    stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (stream->fd < 0) fail("socket");
    if (connect(stream->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) fail("connect");
    struct epoll_event interest = {.events = EPOLLOUT, .data.ptr = stream};
    epoll_ctl(poller, EPOLL_CTL_ADD, stream->fd, &interest);
}

static void send_request(struct stream *stream) {
    if (write(stream->fd, request, strlen(request)) != (ssize_t)strlen(request)) return; /* reading will tell why */
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = stream};
    epoll_ctl(poller, EPOLL_CTL_MOD, stream->fd, &interest);
}

static void end(struct stream *stream) {
    close(stream->fd);
    stream->fd = -1;
    if (stream->is_open) {
        broken++;
        open_now--;
        if (stream->last < awaited) short_of--;
    } else {
        refused++;
    }
}

static void account(struct stream *stream, const char *mark, uint64_t now) {
    uint32_t number = eight_digits(mark + 1);
    uint64_t published = (uint64_t)eight_digits(mark + 10) * 100000000 + eight_digits(mark + 18);
    events++;
    latencies[bucket_of(now > published ? now - published : 0)]++;
    if (number <= stream->last) {
        doubled++;
        return;
    }
    lost += number - stream->last - 1;
    if (stream->last < awaited && number >= awaited) short_of--;
    stream->last = number;
}

/* Take in bytes, before which there is room for what was carried over; keep what may be half of something. */
static void take_in(struct stream *stream, char *text, const char *end_of_text) {
    uint64_t now = microseconds();
    text -= stream->carried;
    memcpy(text, stream->carry, stream->carried);
    const char *rest = text;
    if (!stream->is_open) {
        const char *found = memmem(text, end_of_text - text, opening, strlen(opening));
        if (found) {
            stream->is_open = 1;
            open_now++;
            rest = found + strlen(opening);
        } else {
            ssize_t length = end_of_text - text;
            rest = length < CARRY_BYTES ? text : end_of_text - CARRY_BYTES + 1;
        }
    }
    if (stream->is_open) {
        ptrdiff_t stride = 0; /* events of one kind are mostly of one length */
        while (rest < end_of_text) {
            const char *mark = memchr(rest, '~', end_of_text - rest);
            if (!mark || end_of_text - mark < MARK_BYTES) {
                rest = mark ? mark : end_of_text;
                break;
            }
            account(stream, mark, now);
            const char *next = mark + stride;
            while (stride && end_of_text - next >= MARK_BYTES && *next == '~' && eight_digits(next + 1) == stream->last + 1) {
                account(stream, next, now);
                mark = next;
                next += stride;
            }
            rest = mark + MARK_BYTES;
            const char *following = memchr(rest, '~', end_of_text - rest);
            stride = following ? following - mark : 0;
        }
    }
    stream->carried = end_of_text - rest;
    memcpy(stream->carry, rest, stream->carried);
}

static void read_from(struct stream *stream) {
    static char buffer[CARRY_BYTES + BUFFER_BYTES];
    char *text = buffer + CARRY_BYTES;
    ssize_t length = read(stream->fd, text, BUFFER_BYTES);
    if (length < 0 && errno == EAGAIN) return;
    if (length > 0 && !stream->is_open && !stream->carried && memcmp(text, "HTTP/1.1 200", 12)) length = 0;
    if (length <= 0) {
        end(stream);
        return;
    }
    bytes += length;
    take_in(stream, text, text + length);
}

static double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Read one command; the time it gives goes to `seconds`. Returns 0 at the end of the input. */
static int read_command(double *seconds) {
    char line[64];
    ssize_t length = read(0, line, sizeof line - 1);
    if (length <= 0) return 0;
    line[length] = 0;
    if (sscanf(line, "%u %lf", &awaited, seconds) != 2) fail("a command is: EVENT SECONDS");
    short_of = 0;
    for (int i = 0; i < count; i++) short_of += streams[i].is_open && streams[i].fd >= 0 && streams[i].last < awaited;
    return 1;
}

static void report(double seconds, double cpu) {
    int missing = 0;
    for (int i = 0; i < count; i++) missing += streams[i].is_open && streams[i].last < awaited ? awaited - streams[i].last : 0;
    printf("{\"open\":%d,\"refused\":%d,\"broken\":%d,\"seconds\":%.6f,\"cpu\":%.3f,\"events\":%lu,\"lost\":%lu,"
           "\"doubled\":%lu,\"bytes\":%lu,\"latencies\":[",
           open_now, refused, broken, seconds, cpu, events, lost + missing, doubled, bytes);
    const char *comma = "";
    for (int i = 0; i < BUCKETS; i++) {
        if (!latencies[i]) continue;
        printf("%s[%lu,%lu]", comma, floor_of(i), latencies[i]);
        comma = ",";
    }
    printf("]}\n");
    fflush(stdout);
    events = lost = doubled = bytes = 0;
    memset(latencies, 0, sizeof latencies);
}

int main(int argc, char **argv) {
    if (argc != 6 || !getenv("REQUEST")) {
        fprintf(stderr, "usage: REQUEST=... %s PORT CONNECTIONS AT_ONCE OPENING NEWEST\n", argv[0]);
        return 2;
    }
    count = atoi(argv[2]);
    at_once = atoi(argv[3]);
    opening = argv[4];
    request = getenv("REQUEST");
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    streams = calloc(count, sizeof *streams);
    for (int i = 0; i < count; i++) streams[i].last = atoi(argv[5]);
    poller = epoll_create1(0);

    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL}, ready[512];
    epoll_ctl(poller, EPOLL_CTL_ADD, 0, &commands);
    uint64_t began = microseconds(), until = began + PATIENCE;
    double cpu = cpu_seconds();
    int is_awaiting = 1;
    for (;;) {
        while (begun < count && begun - open_now - refused - broken < at_once) connect_one();
        int found = epoll_wait(poller, ready, 512, 10);
        for (int i = 0; i < found; i++) {
            struct stream *stream = ready[i].data.ptr;
            if (!stream) {
                double seconds;
                if (!read_command(&seconds)) return 0;
                until = microseconds() + seconds * 1e6;
                is_awaiting = 1;
            } else if (stream->fd < 0) {
                continue;
            } else if (ready[i].events & EPOLLIN) {
                read_from(stream);
            } else if (ready[i].events & (EPOLLERR | EPOLLHUP)) {
                end(stream);
            } else {
                send_request(stream);
            }
        }
        int is_complete = open_now + refused + broken == count && short_of <= 0;
        if (is_awaiting && (is_complete || microseconds() > until)) {
            report((microseconds() - began) / 1e6, cpu_seconds() - cpu);
            began = microseconds();
            cpu = cpu_seconds();
            is_awaiting = 0;
        }
    }
}
