/* A Channel Access client on libca: watches, reads and puts, and prints one JSON object.
 *
 *   client watch PREFIX COUNT SECONDS   "ready" when all have sent their first event, starts at a line on stdin
 *   client follow PREFIX COUNT SECONDS  an object every SECONDS, until a line on stdin says which value is the last
 *   client get   PREFIX COUNT SECONDS   COUNT reads at once, again and again
 *   client put   PREFIX COUNT SECONDS   COUNT puts with completion at once, again and again
 *   client probe PREFIX COUNT SECONDS   one put with completion every 50 ms
 *   client connect PREFIX COUNT 0       time until all are connected
 */
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cadef.h>
#include <epicsEvent.h>
#include <epicsThread.h>
#include <epicsTime.h>

#define MOST_LATENCIES 4000000
#define PATIENCE 60.0 /* s, for first and last values */

typedef struct { chid channel; double first, last; int seen; } Watched;

static Watched *watched;
static int count, seen, counting, pending;
static long events, lost, disorder, samples;
static float *latencies;
static epicsEventId all_done;

static double now(void) {
    epicsTimeStamp t;
    epicsTimeGetCurrent(&t);
    return t.secPastEpoch + t.nsec * 1e-9;
}

static void check(int status, const char *what) {
    if (status != ECA_NORMAL) {
        fprintf(stderr, "%s: %s\n", what, ca_message(status));
        exit(1);
    }
}

static void on_event(struct event_handler_args args) {
    Watched *pv = args.usr;
    const struct dbr_time_double *got = args.dbr;
    if (args.status != ECA_NORMAL) {
        lost++;
        return;
    }
    if (!pv->seen) {
        pv->seen = 1;
        pv->first = got->value;
        seen++;
    } else if (counting) {
        events++;
        if (got->value > pv->last + 1)
            lost += (long)(got->value - pv->last - 1);
        else if (got->value != pv->last + 1)
            disorder++;
        if (samples < MOST_LATENCIES)
            latencies[samples++] = (float)(now() - (got->stamp.secPastEpoch + got->stamp.nsec * 1e-9));
    }
    pv->last = got->value;
}

static void on_done(struct event_handler_args args) {
    if (args.status != ECA_NORMAL)
        lost++;
    if (--pending == 0)
        epicsEventSignal(all_done);
}

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double at(double part) { return samples ? latencies[(long)(part * (samples - 1))] * 1e3 : NAN; }

static double connect_all(const char *prefix) {
    char name[64];
    double start = now();
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s%d", prefix, i);
        check(ca_create_channel(name, NULL, NULL, 0, &watched[i].channel), name);
    }
    check(ca_pend_io(60.0), "connect");
    return now() - start;
}

static void subscribe_all(void) {
    for (int i = 0; i < count; i++)
        check(ca_create_subscription(DBR_TIME_DOUBLE, 1, watched[i].channel, DBE_VALUE | DBE_ALARM, on_event,
                                     &watched[i], NULL), "subscribe");
    for (double start = now(); seen < count && now() - start < PATIENCE;)
        ca_pend_event(0.01);
    printf("ready\n");
    fflush(stdout);
}

static void watch(double seconds) {
    char line[16];
    subscribe_all();
    for (struct pollfd input = {STDIN_FILENO, POLLIN, 0}; poll(&input, 1, 0) == 0;)
        ca_pend_event(0.01);
    if (!fgets(line, sizeof line, stdin))
        return;
    counting = 1;
    ca_pend_event(seconds);
    counting = 0;
}

/* Latencies since the last one. */
static void report(void) {
    qsort(latencies, samples, sizeof *latencies, by_size);
    printf("{\"samples\": %ld, \"p50\": %.3f, \"p95\": %.3f, \"max\": %.3f}\n", samples, at(0.5), at(0.95), at(1.0));
    fflush(stdout);
    samples = 0;
}

static int all_have(double value) {
    for (int i = 0; i < count; i++)
        if (watched[i].last < value)
            return 0;
    return 1;
}

/* What was sent is known from outside: every whole number behind the first value, up to the last. */
static void follow(double period) {
    char line[32];
    double first = 0, last = 0, final = -1, until = 0;
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    counting = 1;
    subscribe_all();
    for (double due = now() + period; final < 0 || (!all_have(final) && now() < until);) {
        ca_pend_event(0.1);
        if (now() >= due) {
            report();
            due += period;
        }
        if (final < 0 && poll(&input, 1, 0) > 0) {
            if (!fgets(line, sizeof line, stdin))
                exit(1);
            final = atof(line);
            until = now() + PATIENCE;
        }
    }
    for (int i = 0; i < count; i++) {
        first += watched[i].first;
        last += watched[i].last;
    }
    printf("{\"received\": %ld, \"first\": %.0f, \"last\": %.0f, \"lost\": %ld, \"disorder\": %ld}\n", events, first,
           last, lost, disorder);
    fflush(stdout);
    _exit(0);
}

static void request(int which, int puts) {
    static double value;
    Watched *pv = &watched[which];
    value += 1.0;
    if (puts)
        check(ca_array_put_callback(DBR_DOUBLE, 1, pv->channel, &value, on_done, NULL), "put");
    else
        check(ca_array_get_callback(DBR_DOUBLE, 1, pv->channel, on_done, NULL), "get");
}

static void exchange(double seconds, int puts, double pause) {
    for (double start = now(), begun; (begun = now()) - start < seconds;) {
        pending = count;
        for (int i = 0; i < count; i++)
            request(i, puts);
        ca_flush_io();
        if (epicsEventWaitWithTimeout(all_done, 60.0) != epicsEventWaitOK) {
            lost += pending;
            break;
        }
        events += count;
        if (samples < MOST_LATENCIES)
            latencies[samples++] = (float)(now() - begun);
        if (pause > 0)
            epicsThreadSleep(pause);
    }
}

int main(int argc, char **argv) {
    if (argc != 5)
        return 2;
    const char *mode = argv[1];
    double seconds = atof(argv[4]);
    int following = !strcmp(mode, "follow"), watching = following || !strcmp(mode, "watch");
    count = atoi(argv[3]);
    watched = calloc(count, sizeof *watched);
    latencies = malloc(MOST_LATENCIES * sizeof *latencies);
    all_done = epicsEventMustCreate(epicsEventEmpty);
    check(ca_context_create(watching ? ca_disable_preemptive_callback : ca_enable_preemptive_callback), "context");
    double connected = connect_all(argv[2]), start = now();
    if (following)
        follow(seconds);
    else if (watching)
        watch(seconds);
    else if (strcmp(mode, "connect"))
        exchange(seconds, strcmp(mode, "get"), strcmp(mode, "probe") ? 0.0 : 0.05);
    double took = watching ? seconds : now() - start;
    qsort(latencies, samples, sizeof *latencies, by_size);
    printf("{\"connect\": %.6f, \"seconds\": %.6f, \"events\": %ld, \"lost\": %ld, \"disorder\": %ld, \"p50\": %.3f, "
           "\"p95\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n",
           connected, took, events, lost, disorder, at(0.5), at(0.95), at(0.99), at(1.0));
    fflush(stdout);
    _exit(0);
}
