#include "score/spectrum_window.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "io/root/writer_histogram.hpp"

namespace trigloop::score {
namespace {

using core::Error;
using core::ErrorCode;

constexpr std::int64_t most_bins = std::int64_t{1} << 20;
constexpr std::uint64_t most_rows = std::uint64_t{1} << 53;

std::pair<std::int64_t, std::int64_t> codes_of(const Spectrum& spectrum, const Range& range) {
  if (!range) {
    const auto bins = spectrum.bins();
    return bins.empty() ? std::pair<std::int64_t, std::int64_t>{0, 0}
                        : std::pair{bins.front().first, bins.back().first};
  }
  const double low = std::floor(std::ldexp(range->first, spectrum.fraction()));
  const double high = std::ceil(std::ldexp(range->second, spectrum.fraction()));
  constexpr double end = 0x1p62;
  if (!(low < high && low >= -end && high <= end))
    throw Error(ErrorCode::usage, "the range from " + std::to_string(range->first) + " to " +
                                      std::to_string(range->second) + " holds no scores");
  return {static_cast<std::int64_t>(low), static_cast<std::int64_t>(high) - 1};
}

}  // namespace

Window window(const Spectrum& spectrum, const Range& range) {
  const auto [first, last] = codes_of(spectrum, range);
  const std::uint64_t steps = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);  // never overflows
  if (steps >= static_cast<std::uint64_t>(most_bins))
    throw Error(ErrorCode::limit, "the histogram would have more than " + std::to_string(most_bins) + " bins")
        .remedy("Give a narrower --range");
  Window out{first, std::vector<std::uint64_t>(steps + 1), 0, 0};
  for (const auto& [code, n] : spectrum.bins()) {
    (code < first ? out.below : code > last ? out.above : out.counts[static_cast<std::size_t>(code - first)]) += n;
  }
  return out;
}

std::string format_uhi(const Spectrum& spectrum, const Range& range) {
  const Window bins = window(spectrum, range);
  const auto n = static_cast<std::int64_t>(bins.counts.size());
  core::JsonWriter out;
  out.begin_object().member("uhi_schema", 1).key("axes").begin_array().begin_object();
  out.member("type", "regular").member("lower", spectrum.score(bins.first));
  out.member("upper", spectrum.score(bins.first + n)).member("bins", n);
  out.member("underflow", true).member("overflow", true).member("circular", false);
  out.end_object().end_array().key("storage").begin_object().member("type", "int").key("values").begin_array();
  out.value(bins.below);
  for (const std::uint64_t count : bins.counts) out.value(count);
  out.value(bins.above).end_array().end_object().end_object();
  return out.text() + "\n";
}

void write_root(const std::filesystem::path& path, const Spectrum& spectrum, const Range& range) {
  if (spectrum.total() > most_rows)
    throw Error(ErrorCode::limit, "a TH1D counts in doubles, which do not hold " + std::to_string(spectrum.total()))
        .remedy("Export it as json");
  const Window bins = window(spectrum, range);
  io::root::Histogram out;
  out.name = "score";
  out.title = spectrum.model;
  out.x_title = "score";
  out.y_title = "events";
  out.lower = spectrum.score(bins.first);
  out.upper = spectrum.score(bins.first + static_cast<std::int64_t>(bins.counts.size()));
  out.entries = static_cast<double>(spectrum.total());
  out.cells.push_back(static_cast<double>(bins.below));
  for (std::size_t i = 0; i < bins.counts.size(); ++i) {
    const auto weight = static_cast<double>(bins.counts[i]);
    const double score = spectrum.score(bins.first + static_cast<std::int64_t>(i));
    out.cells.push_back(weight);
    out.sums.w += weight;
    out.sums.w2 += weight;
    out.sums.wx += weight * score;
    out.sums.wx2 += weight * score * score;
  }
  out.cells.push_back(static_cast<double>(bins.above));
  io::root::write_histogram(path, out);
}

}  // namespace trigloop::score
