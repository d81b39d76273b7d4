/* Scoring from C, and from anything that can call C. Link with trigloop_score.
 *
 *     tl_engine* engine = tl_engine_open("model.onnx", "");
 *     if (engine == NULL) { fprintf(stderr, "%s\n", tl_last_error()); ... }
 *     tl_score(engine, rows, n, codes);          // rows: n events x tl_features(engine) int16, row-major
 *     tl_engine_close(engine);
 *
 * An engine may be used by one thread at a time; open one a thread. */
#ifndef TRIGLOOP_SCORE_H
#define TRIGLOOP_SCORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_SCORE_ABI 1

typedef struct tl_engine tl_engine;

/* Reads a QONNX model for the engine of that name ("" or NULL: the best here). NULL on error. */
tl_engine* tl_engine_open(const char* model_path, const char* engine_name);
void tl_engine_close(tl_engine* engine);

size_t tl_features(const tl_engine* engine); /* int16 values an event */
size_t tl_outputs(const tl_engine* engine);  /* int32 codes an event; 1 for a score */
int tl_fraction(const tl_engine* engine);    /* score = code x 2^-fraction */

/* Scores `events` rows; codes has room for events x tl_outputs, row-major. 0, or the exit code of the error. */
int tl_score(tl_engine* engine, const int16_t* rows, size_t events, int32_t* codes);

/* Of the last call that failed in this thread; valid until the next one. */
const char* tl_last_error(void);

#ifdef __cplusplus
}
#endif
#endif
