#pragma once
// Puts a file into the program at build time, by the assembler: quicker than an array in C++, and any size.
//
//     TRIGLOOP_EMBED(style, PATH_OF_STYLE)     // at namespace scope of one .cpp; defines the symbols
//     std::string_view text = TRIGLOOP_EMBEDDED(style);
//
// CMake passes the path, and names the file in OBJECT_DEPENDS so that a change has the .cpp compiled again.
#include <cstddef>
#include <string_view>

// clang-format off
#define TRIGLOOP_EMBED(name, path)                            \
  __asm__(".pushsection .rodata\n"                            \
          ".global trigloop_embedded_" #name "_begin\n"       \
          "trigloop_embedded_" #name "_begin:\n"              \
          ".incbin \"" path "\"\n"                            \
          ".global trigloop_embedded_" #name "_end\n"         \
          "trigloop_embedded_" #name "_end:\n"                \
          ".byte 0\n"                                         \
          ".popsection\n");                                   \
  extern "C" const char trigloop_embedded_##name##_begin[], trigloop_embedded_##name##_end[]
// clang-format on

#define TRIGLOOP_EMBEDDED(name)                      \
  std::string_view(trigloop_embedded_##name##_begin, \
                   static_cast<std::size_t>(trigloop_embedded_##name##_end - trigloop_embedded_##name##_begin))
