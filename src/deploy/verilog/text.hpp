#pragma once
// Pieces of Verilog: words, fields and constants with their exact widths, so that no tool has to guess one.
#include <string>

#include "deploy/verilog/circuit.hpp"

namespace trigloop::deploy {

/// "18'h2F": `code` modulo 2^width.
std::string constant_text(Code code, int width);

/// A signal as the text of a module sees it: its name there, width and sign.
struct Word {
  std::string name;
  int width = 1;
  bool is_signed = false;
};

/// Bits [lowest, lowest + width): beyond the top the sign or 0, below 0 zeros.
std::string bits_text(const Word& word, int lowest, int width);
/// Bit `k`, which is there.
std::string bit_text(const Word& word, int k);
/// "[7:0] ", or nothing for a single bit.
std::string span_text(int width);

}  // namespace trigloop::deploy
