/* A program in C: scores int16 rows from standard input, prints codes. Exit code of the first error. */
#include <stdio.h>
#include <stdlib.h>

#include "score/trigloop_score.h"

int main(int argc, char** argv) {
  tl_engine* engine = tl_engine_open(argc > 1 ? argv[1] : "", "");
  if (engine == NULL) {
    fprintf(stderr, "%s\n", tl_last_error());
    return 3;
  }
  int16_t* row = malloc(tl_features(engine) * sizeof *row);
  int32_t code;
  int status = 0;
  while (status == 0 && fread(row, sizeof *row, tl_features(engine), stdin) == tl_features(engine)) {
    status = tl_score(engine, row, 1, &code);
    printf("%d\n", code);
  }
  free(row);
  tl_engine_close(engine);
  return status;
}
