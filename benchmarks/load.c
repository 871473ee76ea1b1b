/* Open many event streams from one core and check every event of each.

   load PORT CONNECTIONS CONCURRENT_CONNECTS OPENING NEWEST < commands      (the environment variable REQUEST has the request)

   A stream counts as open when the text OPENING has arrived after a status of 200. Each event carries one mark,
   ~SSSSSSSS.TTTTTTTTTTTTTTTT: its number, which continues from NEWEST without a gap, and the time at which it was published,
   in microseconds of CLOCK_MONOTONIC. When all streams are open, one line of JSON is printed. Then, for each line "N SECONDS"
   read from stdin, the program waits until every stream has received event N, at most SECONDS, and prints a line about the
   events since the last. It ends at the end of its input. */

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
#define OPEN_TIMEOUT 300000000ull /* microseconds until all streams are open */
#define STEPS 64 /* buckets of the histogram for each doubling of the latency */
#define BUCKETS (STEPS * 40)

struct stream {
    int fd, is_open, carried;
    uint32_t last; /* number of the newest event received */
    char carry[CARRY_BYTES];
};

static struct stream *streams;
static int count, max_connecting, started, open_now, broken, refused, epoll_fd;
static const char *opening, *request;
static struct sockaddr_in address;
static uint64_t events, lost, doubled, bytes, latencies[BUCKETS];
static uint32_t awaited_number;
static int waiting_streams; /* streams that have not received event awaited_number */

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
static uint32_t parse_eight_digits(const char *text) {
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

static uint64_t bucket_floor(int bucket) {
    if (bucket < 2 * STEPS) return bucket;
    int doublings = bucket / STEPS - 1;
    return (uint64_t)(bucket - doublings * STEPS) << doublings;
}

static void connect_one(void) {
    struct stream *stream = &streams[started++];
    stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (stream->fd < 0) fail("socket");
    if (connect(stream->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) fail("connect");
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = stream};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, stream->fd, &event);
}

static void send_request(struct stream *stream) {
    if (write(stream->fd, request, strlen(request)) != (ssize_t)strlen(request)) return; /* the next read returns the error */
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, stream->fd, &event);
}

static void close_stream(struct stream *stream) {
    close(stream->fd);
    stream->fd = -1;
    if (stream->is_open) {
        broken++;
        open_now--;
        if (stream->last < awaited_number) waiting_streams--;
    } else {
        refused++;
    }
}

static void record_event(struct stream *stream, const char *mark, uint64_t now) {
    uint32_t number = parse_eight_digits(mark + 1);
    uint64_t published = (uint64_t)parse_eight_digits(mark + 10) * 100000000 + parse_eight_digits(mark + 18);
    events++;
    latencies[bucket_of(now > published ? now - published : 0)]++;
    if (number <= stream->last) {
        doubled++;
        return;
    }
    lost += number - stream->last - 1;
    if (stream->last < awaited_number && number >= awaited_number) waiting_streams--;
    stream->last = number;
}

/* Parse received bytes, with room before them for the rest of the last read; keep an incomplete mark for the next. */
static void parse_bytes(struct stream *stream, char *text, const char *end_of_text) {
    uint64_t now = microseconds();
    text -= stream->carried;
    memcpy(text, stream->carry, stream->carried);
    const char *rest = text;
    if (!stream->is_open) {
        const char *match = memmem(text, end_of_text - text, opening, strlen(opening));
        if (match) {
            stream->is_open = 1;
            open_now++;
            rest = match + strlen(opening);
        } else {
            ssize_t length = end_of_text - text;
            rest = length < CARRY_BYTES ? text : end_of_text - CARRY_BYTES + 1;
        }
    }
    if (stream->is_open) {
        ptrdiff_t stride = 0; /* most events have the same length */
        while (rest < end_of_text) {
            const char *mark = memchr(rest, '~', end_of_text - rest);
            if (!mark || end_of_text - mark < MARK_BYTES) {
                rest = mark ? mark : end_of_text;
                break;
            }
            record_event(stream, mark, now);
            const char *next = mark + stride;
            while (stride && end_of_text - next >= MARK_BYTES && *next == '~' && parse_eight_digits(next + 1) == stream->last + 1) {
                record_event(stream, next, now);
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
        close_stream(stream);
        return;
    }
    bytes += length;
    parse_bytes(stream, text, text + length);
}

static double cpu_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Read one command; `seconds` receives its timeout. Returns 0 at the end of the input. */
static int read_command(double *seconds) {
    char line[64];
    ssize_t length = read(0, line, sizeof line - 1);
    if (length <= 0) return 0;
    line[length] = 0;
    if (sscanf(line, "%u %lf", &awaited_number, seconds) != 2) fail("a command is: EVENT SECONDS");
    waiting_streams = 0;
    for (int i = 0; i < count; i++) waiting_streams += streams[i].is_open && streams[i].fd >= 0 && streams[i].last < awaited_number;
    return 1;
}

static void report(double seconds, double cpu) {
    int missing = 0;
    for (int i = 0; i < count; i++) missing += streams[i].is_open && streams[i].last < awaited_number ? awaited_number - streams[i].last : 0;
    printf("{\"open\":%d,\"refused\":%d,\"broken\":%d,\"seconds\":%.6f,\"cpu\":%.3f,\"events\":%lu,\"lost\":%lu,"
           "\"doubled\":%lu,\"bytes\":%lu,\"latencies\":[",
           open_now, refused, broken, seconds, cpu, events, lost + missing, doubled, bytes);
    const char *comma = "";
    for (int i = 0; i < BUCKETS; i++) {
        if (!latencies[i]) continue;
        printf("%s[%lu,%lu]", comma, bucket_floor(i), latencies[i]);
        comma = ",";
    }
    printf("]}\n");
    fflush(stdout);
    events = lost = doubled = bytes = 0;
    memset(latencies, 0, sizeof latencies);
}

int main(int argc, char **argv) {
    if (argc != 6 || !getenv("REQUEST")) {
        fprintf(stderr, "usage: REQUEST=... %s PORT CONNECTIONS CONCURRENT_CONNECTS OPENING NEWEST\n", argv[0]);
        return 2;
    }
    count = atoi(argv[2]);
    max_connecting = atoi(argv[3]);
    opening = argv[4];
    request = getenv("REQUEST");
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    streams = calloc(count, sizeof *streams);
    for (int i = 0; i < count; i++) streams[i].last = atoi(argv[5]);
    epoll_fd = epoll_create1(0);

    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL}, ready[512];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &commands);
    uint64_t began = microseconds(), until = began + OPEN_TIMEOUT;
    double cpu = cpu_seconds();
    int is_awaiting = 1;
    for (;;) {
        while (started < count && started - open_now - refused - broken < max_connecting) connect_one();
        int ready_count = epoll_wait(epoll_fd, ready, 512, 10);
        for (int i = 0; i < ready_count; i++) {
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
                close_stream(stream);
            } else {
                send_request(stream);
            }
        }
        int is_complete = open_now + refused + broken == count && waiting_streams <= 0;
        if (is_awaiting && (is_complete || microseconds() > until)) {
            report((microseconds() - began) / 1e6, cpu_seconds() - cpu);
            began = microseconds();
            cpu = cpu_seconds();
            is_awaiting = 0;
        }
    }
}
