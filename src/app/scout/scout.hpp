#pragma once
// What the commands below `trigloop scout` share: how a user says what examines events.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "app/events/crossings_option.hpp"
#include "scout/ledger/books.hpp"
#include "scout/pass/examiner.hpp"

namespace trigloop::app {

struct ScoutOptions {
  std::string model, normalisation, engine, layout, menu, stream, sampling = "random", filling_scheme, crossings;
  FillOption fill;
  std::uint32_t prescale = 1;
  unsigned bunches = 0;      ///< 0: not given
  double kept_fraction = 0;  ///< 0: not given
  std::uint32_t tail_count = 100, inputs_every = 8;
  double tail_threshold = 0;  ///< a score
  std::vector<std::string> shadows, models;
  std::string conditions;
  std::uint32_t overlap = 0;
  std::uint32_t reservoir = 0;
  std::string reservoir_disk = "20G";
  double reservoir_hours = 48;
};

/// --model, --normalisation, --engine, --layout, --menu, --stream, --sampling, --kept-fraction, --bunches,
/// --filling-scheme, --crossings, --fill, --prescale, --tail-count, --tail-threshold, --reservoir and what belongs to
/// it.
void add_examiner_options(CLI::App& command, ScoutOptions& options);

/// Errors: those of parse_stream and load_stream.
scout::StreamDescription stream_of(const ScoutOptions& options);
/// Errors: usage, for what contradicts itself, and if there is no model; those of stream_of.
scout::ExaminerOptions examiner_options(const ScoutOptions& options);

/// How the books keep reservoirs. Error: usage.
scout::LedgerOptions ledger_options(const ScoutOptions& options, const scout::Examiner& examiner);

/// "300M", "2G", "65536": powers of 1024. Error: usage, naming the option.
std::uint64_t parse_bytes(const std::string& text, const std::string& option);

void add_scout_run(CLI::App& scout);

}  // namespace trigloop::app
