/* Runs a battery of TestU01 on 64-bit words from standard input, each as two numbers of 32 bits.

   Usage: battery small|crush SECONDS halves|reversed

   `reversed` turns the bits of each half around: TestU01 looks at the upper bits more closely.
   Tests of Crush are run one at a time in a scattered order until SECONDS have passed.
   Prints the p-values, and exits with 1 if one is closer to 0 or 1 than 1e-6. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <testu01/bbattery.h>
#include <testu01/swrite.h>
#include <testu01/unif01.h>

#define WORDS 8192
#define CRUSH_TESTS 96
#define SUSPECT 1e-3
#define FAILURE 1e-6

static uint64_t words[WORDS];
static size_t used = 2 * WORDS;
static int is_reversed = 0;
static double numbers = 0.0;

static unsigned int next(void) {
    if (used == 2 * WORDS) {
        if (fread(words, sizeof words, 1, stdin) != 1) {
            fprintf(stderr, "standard input has ended\n");
            exit(2);
        }
        used = 0;
        numbers += 2 * WORDS;
    }
    uint32_t half = (uint32_t)(words[used / 2] >> (used % 2 * 32));
    used++;
    if (!is_reversed) return half;
    half = (half >> 1 & 0x55555555u) | (half & 0x55555555u) << 1;
    half = (half >> 2 & 0x33333333u) | (half & 0x33333333u) << 2;
    half = (half >> 4 & 0x0f0f0f0fu) | (half & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(half);
}

static int statistics = 0, suspects = 0, failures = 0;

/* Counts what the last call of a battery found. */
static void collect(FILE *table) {
    for (int i = 0; i < bbattery_NTests; i++) {
        double p = bbattery_pVal[i], distance = p < 0.5 ? p : 1.0 - p;
        if (p < 0.0) continue; /* not done */
        statistics++;
        suspects += distance < SUSPECT;
        failures += distance < FAILURE;
        fprintf(table, "  %-34s %.6f%s\n", bbattery_TestNames[i], p, distance < SUSPECT ? "  <--" : "");
    }
    fflush(table);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: battery small|crush SECONDS halves|reversed\n");
        return 2;
    }
    is_reversed = strcmp(argv[3], "reversed") == 0;
    /* The library's own reports go nowhere. */
    FILE *table = fdopen(dup(STDOUT_FILENO), "w");
    if (!table || !freopen("/dev/null", "w", stdout)) return 2;
    swrite_Basic = FALSE;
    unif01_Gen *generator = unif01_CreateExternGenBits("words of standard input", next);
    time_t start = time(NULL);
    int done = 0;
    if (strcmp(argv[1], "small") == 0) {
        bbattery_SmallCrush(generator);
        collect(table);
        done = 10;
    } else {
        /* 97 is prime: multiples of 37 visit every test. */
        for (int i = 1; i <= CRUSH_TESTS && time(NULL) - start < atol(argv[2]); i++) {
            int repetitions[CRUSH_TESTS + 1] = {0};
            repetitions[i * 37 % (CRUSH_TESTS + 1)] = 1;
            bbattery_RepeatCrush(generator, repetitions);
            collect(table);
            done++;
        }
    }
    unif01_DeleteExternGenBits(generator);
    fprintf(table, "%s: %d tests with %d p-values on %.2e numbers in %ld s: %d suspect, %d failed\n",
            argv[1], done, statistics, numbers, (long)(time(NULL) - start), suspects, failures);
    fclose(table);
    return failures > 0;
}
