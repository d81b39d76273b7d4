#include "scout/history/spectra.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::size_t records_a_piece = 128;
constexpr std::int64_t dense_codes = 1 << 18;  // of the 18-bit scores of the trigger

score::Spectrum spectrum_of(const Record& record, Events events) {
  switch (events) {
    case Events::all:
      return record.all_spectrum();
    case Events::pure:
      return record.pure_spectrum();
    case Events::noncolliding:
      return record.noncolliding_spectrum();
  }
  return {};
}

/// A sum that also takes care that one model made all of it.
struct Sum {
  std::string model;
  score::Spectrum spectrum;

  void add(const Sum& other) {
    if (spectrum.lumisections.empty()) {
      spectrum = score::Spectrum(other.spectrum.fraction(), 0, dense_codes - 1);
      model = other.model;
    }
    if (model != other.model) throw Error(ErrorCode::mismatch, "was made by another model than those before it");
    spectrum.add(other.spectrum);
  }
};

Sum read_one(const fs::path& path, Events events) {
  const Record record = read_record(path, RecordPart::spectra);
  return {record.identity.model, spectrum_of(record, events)};
}

Sum sum_of(std::span<const fs::path> paths, Events events) {
  Sum sum;
  for (const fs::path& path : paths) {
    try {
      sum.add(read_one(path, events));
    } catch (Error& e) {
      throw e.file(path.native());
    }
  }
  return sum;
}

}  // namespace

bool holds_records(const fs::path& path) {
  if (!fs::is_directory(path)) return path.extension() == ".record";
  return !list_records(path).empty();
}

score::Spectrum read_spectra(const fs::path& path, Events events) {
  const std::vector<fs::path> paths = fs::is_directory(path) ? list_records(path) : std::vector{path};
  std::vector<Sum> pieces((paths.size() + records_a_piece - 1) / records_a_piece);
  core::parallel_for(pieces.size(), 0, [&](std::size_t i, unsigned) {
    const std::size_t first = i * records_a_piece;
    pieces[i] = sum_of(std::span(paths).subspan(first, std::min(records_a_piece, paths.size() - first)), events);
  });
  Sum sum;
  for (const Sum& piece : pieces) sum.add(piece);
  return std::move(sum.spectrum);
}

}  // namespace trigloop::scout
