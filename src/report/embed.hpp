#pragma once
// Puts a file into the program, by the assembler: TRIGLOOP_EMBED("name", "path") defines the symbols
// trigloop_name_begin and trigloop_name_end, around its bytes.

// clang-format off
#define TRIGLOOP_EMBED(name, path)                            \
  __asm__(".pushsection .rodata\n"                            \
          ".global trigloop_" name "_begin\n"                 \
          "trigloop_" name "_begin:\n"                        \
          ".incbin \"" path "\"\n"                            \
          ".global trigloop_" name "_end\n"                   \
          "trigloop_" name "_end:\n"                          \
          ".byte 0\n"                                         \
          ".popsection\n")
// clang-format on
