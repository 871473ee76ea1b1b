/* A minimal server of event streams: the lower bound of the cost, to compare other servers with.

   limit PORT PUBLISH_PORT [one]

   Every byte sent to PUBLISH_PORT is sent to every stream: all pending bytes in one write or, with `one`, one write for each
   event. One epoll loop, no parsing, no replay. A stream that is a whole ring behind is closed. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define RING_BYTES (1 << 26)
#define MAX_STREAMS 20000

enum kind { LISTENER, PUBLISH_LISTENER, PUBLISHER, STREAM };

struct peer {
    enum kind kind;
    int fd, is_waiting, index;
    uint64_t offset; /* number of published bytes that it was sent or skipped */
};

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: open\n\n";
static char ring[RING_BYTES];
static uint64_t published; /* number of bytes published so far */
static int epoll_fd, one_by_one, stream_count;
static struct peer *streams[MAX_STREAMS];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch_events(struct peer *peer, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = peer};
    epoll_ctl(epoll_fd, operation, peer->fd, &event);
}

static struct peer *new_peer(enum kind kind, int fd) {
    struct peer *peer = calloc(1, sizeof *peer);
    peer->kind = kind;
    peer->fd = fd;
    watch_events(peer, EPOLL_CTL_ADD, EPOLLIN);
    return peer;
}

static void open_listener(enum kind kind, int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) fail("listen");
    new_peer(kind, fd);
}

static void close_stream(struct peer *peer) {
    streams[peer->index] = streams[--stream_count];
    streams[peer->index]->index = peer->index;
    close(peer->fd);
    peer->fd = -1; /* not freed: the current batch of events may still refer to it */
}

static uint64_t end_of_event(uint64_t from) {
    while (from + 1 < published && (ring[from % RING_BYTES] != '\n' || ring[(from + 1) % RING_BYTES] != '\n')) from++;
    return from + 2 < published ? from + 2 : published;
}

static void flush(struct peer *peer) {
    while (peer->offset < published) {
        if (published - peer->offset > RING_BYTES) {
            close_stream(peer);
            return;
        }
        uint64_t upto = one_by_one ? end_of_event(peer->offset) : published;
        uint64_t first = peer->offset % RING_BYTES, length = upto - peer->offset;
        if (first + length > RING_BYTES) length = RING_BYTES - first;
        ssize_t sent = send(peer->fd, ring + first, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            close_stream(peer);
            return;
        }
        if (sent < 0) {
            if (!peer->is_waiting) watch_events(peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            peer->is_waiting = 1;
            return;
        }
        peer->offset += sent;
    }
    if (peer->is_waiting) watch_events(peer, EPOLL_CTL_MOD, EPOLLIN);
    peer->is_waiting = 0;
}

static void read_publisher(struct peer *peer) {
    uint64_t first = published % RING_BYTES;
    ssize_t length = read(peer->fd, ring + first, RING_BYTES - first < 65536 ? RING_BYTES - first : 65536);
    if (length > 0) published += length;
    if (length == 0) close(peer->fd);
}

static void read_request(struct peer *peer) {
    char request[4096];
    ssize_t length = read(peer->fd, request, sizeof request);
    if (length == 0 || (length < 0 && errno != EAGAIN)) {
        close_stream(peer);
    } else if (length > 0 && memmem(request, length, "\r\n\r\n", 4)) {
        peer->offset = published;
        if (send(peer->fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) < 0) close_stream(peer);
    }
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s PORT PUBLISH_PORT [one]\n", argv[0]);
        return 2;
    }
    one_by_one = argc > 3 && !strcmp(argv[3], "one");
    epoll_fd = epoll_create1(0);
    open_listener(LISTENER, atoi(argv[1]));
    open_listener(PUBLISH_LISTENER, atoi(argv[2]));
    for (;;) {
        struct epoll_event ready[512];
        uint64_t before = published;
        int ready_count = epoll_wait(epoll_fd, ready, 512, -1);
        for (int i = 0; i < ready_count; i++) {
            struct peer *peer = ready[i].data.ptr;
            int fd;
            if (peer->fd < 0) continue;
            switch (peer->kind) {
            case LISTENER:
                while (stream_count < MAX_STREAMS && (fd = accept4(peer->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    struct peer *stream = new_peer(STREAM, fd);
                    int yes = 1;
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                    stream->offset = UINT64_MAX; /* nothing until its request */
                    stream->index = stream_count;
                    streams[stream_count++] = stream;
                }
                break;
            case PUBLISH_LISTENER:
                if ((fd = accept4(peer->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) new_peer(PUBLISHER, fd);
                break;
            case PUBLISHER:
                read_publisher(peer);
                break;
            case STREAM:
                if (ready[i].events & EPOLLIN) read_request(peer);
                if (peer->fd >= 0 && ready[i].events & EPOLLOUT) flush(peer);
                break;
            }
        }
        if (published == before) continue;
        for (int i = stream_count - 1; i >= 0; i--)
            if (streams[i]->offset < published && !streams[i]->is_waiting) flush(streams[i]);
    }
}
