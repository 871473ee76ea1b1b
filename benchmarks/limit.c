/* The least that a server of event streams can do, as a limit to compare others with.

   limit PORT PUBLISH_PORT [one]

   What is sent to PUBLISH_PORT is sent on to every stream: what is pending in one write, or, with `one`, in a write for each
   event. One loop of epoll, no parsing, no replay. A stream that is a ring behind is closed. */

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
#define ROOM 20000

enum kind { LISTENER, PUBLISH_LISTENER, PUBLISHER, STREAM };

struct peer {
    enum kind kind;
    int fd, is_waiting, index;
    uint64_t place; /* up to which it has been sent everything */
};

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: open\n\n";
static char ring[RING_BYTES];
static uint64_t newest; /* number of bytes that were ever published */
static int poller, one_by_one, stream_count;
static struct peer *streams[ROOM];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void watch(struct peer *peer, int operation, uint32_t events) {
    struct epoll_event interest = {.events = events, .data.ptr = peer};
    epoll_ctl(poller, operation, peer->fd, &interest);
}

static struct peer *new_peer(enum kind kind, int fd) {
    struct peer *peer = calloc(1, sizeof *peer);
    peer->kind = kind;
    peer->fd = fd;
    watch(peer, EPOLL_CTL_ADD, EPOLLIN);
    return peer;
}

static void open_listener(enum kind kind, int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) fail("listen");
    new_peer(kind, fd);
}

static void let_go(struct peer *peer) {
    streams[peer->index] = streams[--stream_count];
    streams[peer->index]->index = peer->index;
    close(peer->fd);
    peer->fd = -1; /* it may still be among the events at hand, so its memory stays */
}

static uint64_t end_of_event(uint64_t from) {
    while (from + 1 < newest && (ring[from % RING_BYTES] != '\n' || ring[(from + 1) % RING_BYTES] != '\n')) from++;
    return from + 2 < newest ? from + 2 : newest;
}

static void flush(struct peer *peer) {
    while (peer->place < newest) {
        if (newest - peer->place > RING_BYTES) {
            let_go(peer);
            return;
        }
        uint64_t upto = one_by_one ? end_of_event(peer->place) : newest;
        uint64_t first = peer->place % RING_BYTES, length = upto - peer->place;
        if (first + length > RING_BYTES) length = RING_BYTES - first;
        ssize_t sent = send(peer->fd, ring + first, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            let_go(peer);
            return;
        }
        if (sent < 0) {
            if (!peer->is_waiting) watch(peer, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
            peer->is_waiting = 1;
            return;
        }
        peer->place += sent;
    }
    if (peer->is_waiting) watch(peer, EPOLL_CTL_MOD, EPOLLIN);
    peer->is_waiting = 0;
}

static void take_in_published(struct peer *peer) {
    uint64_t first = newest % RING_BYTES;
    ssize_t length = read(peer->fd, ring + first, RING_BYTES - first < 65536 ? RING_BYTES - first : 65536);
    if (length > 0) newest += length;
    if (length == 0) close(peer->fd);
}

static void hear_stream(struct peer *peer) {
    char request[4096];
    ssize_t length = read(peer->fd, request, sizeof request);
    if (length == 0 || (length < 0 && errno != EAGAIN)) {
        let_go(peer);
    } else if (length > 0 && memmem(request, length, "\r\n\r\n", 4)) {
        peer->place = newest;
        if (send(peer->fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) < 0) let_go(peer);
    }
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: %s PORT PUBLISH_PORT [one]\n", argv[0]);
        return 2;
    }
    one_by_one = argc > 3 && !strcmp(argv[3], "one");
    poller = epoll_create1(0);
    open_listener(LISTENER, atoi(argv[1]));
    open_listener(PUBLISH_LISTENER, atoi(argv[2]));
    for (;;) {
        struct epoll_event ready[512];
        uint64_t before = newest;
        int found = epoll_wait(poller, ready, 512, -1);
        for (int i = 0; i < found; i++) {
            struct peer *peer = ready[i].data.ptr;
            int fd;
            if (peer->fd < 0) continue;
            switch (peer->kind) {
            case LISTENER:
                while (stream_count < ROOM && (fd = accept4(peer->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    struct peer *stream = new_peer(STREAM, fd);
                    int yes = 1;
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                    stream->place = UINT64_MAX; /* nothing before its request */
                    stream->index = stream_count;
                    streams[stream_count++] = stream;
                }
                break;
            case PUBLISH_LISTENER:
                if ((fd = accept4(peer->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) new_peer(PUBLISHER, fd);
                break;
            case PUBLISHER:
                take_in_published(peer);
                break;
            case STREAM:
                if (ready[i].events & EPOLLIN) hear_stream(peer);
                if (peer->fd >= 0 && ready[i].events & EPOLLOUT) flush(peer);
                break;
            }
        }
        if (newest == before) continue;
        for (int i = stream_count - 1; i >= 0; i--)
            if (streams[i]->place < newest && !streams[i]->is_waiting) flush(streams[i]);
    }
}
