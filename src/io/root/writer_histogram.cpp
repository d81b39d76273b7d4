#include "io/root/writer_histogram.hpp"

#include <cassert>
#include <span>

#include "io/root/compress.hpp"
#include "io/root/writer.hpp"
#include "io/root/writer_file.hpp"

namespace trigloop::io::root {
namespace {

constexpr Codec codec = Codec::zstd;
constexpr int level = 5;
constexpr double not_set = -1111;  // ROOT's fMaximum and fMinimum where the contents decide

/// A TArrayD: no byte count, no version.
void put_doubles(ObjectWriter& out, std::span<const double> values) {
  out.put(static_cast<std::int32_t>(values.size()));
  for (const double value : values) out.put(value);
}

struct Axis {
  const char* name;
  std::string title;
  std::size_t bins = 1;
  double lower = 0, upper = 1;
  float title_offset = 1;
};

/// TAxis with the style that ROOT starts with.
void put_axis(ObjectWriter& out, const Axis& axis) {
  out.object(10, [&] {
    out.tnamed(axis.name, axis.title);
    out.object(4, [&] {
      constexpr std::int16_t black = 1, helvetica = 42;
      out.put_all(std::int32_t{510}, black, black, helvetica);   // divisions, axis, labels
      out.put_all(0.005f, 0.035f, 0.03f);                        // label offset and size, tick length
      out.put_all(axis.title_offset, 0.035f, black, helvetica);  // title
    });
    out.put_all(static_cast<std::int32_t>(axis.bins), axis.lower, axis.upper);
    put_doubles(out, {});                                                              // edges: the bins are equal
    out.put_all(std::int32_t{0}, std::int32_t{0}, std::uint16_t{0}, std::uint8_t{0});  // shown range, bits, no time
    out.text("");
    out.null_pointer();  // labels
    out.null_pointer();  // modified labels
  });
}

void put_attributes(ObjectWriter& out) {
  out.object(2, [&] { out.put_all(std::int16_t{602}, std::int16_t{1}, std::int16_t{1}); });  // line
  out.object(2, [&] { out.put_all(std::int16_t{0}, std::int16_t{1001}); });                  // fill
  out.object(3, [&] { out.put_all(std::int16_t{1}, std::int16_t{1}, 1.0f); });               // marker
}

/// TH1: everything but the contents.
void put_base(ObjectWriter& out, const Histogram& h) {
  constexpr std::uint32_t must_clean_up = 0x8, use_rtti = 0x00010000;
  out.tnamed(h.name, h.title, must_clean_up);
  put_attributes(out);
  out.put(static_cast<std::int32_t>(h.cells.size()));
  put_axis(out, {"xaxis", h.x_title, h.cells.size() - 2, h.lower, h.upper});
  put_axis(out, {.name = "yaxis", .title = h.y_title, .title_offset = 0});
  put_axis(out, {.name = "zaxis", .title = ""});
  out.put_all(std::int16_t{0}, std::int16_t{1000});  // bars: offset and width in thousandths
  out.put_all(h.entries, h.sums.w, h.sums.w2, h.sums.wx, h.sums.wx2, not_set, not_set, 0.0);
  put_doubles(out, {});  // contour levels
  put_doubles(out, {});  // squared errors: they are the contents
  out.text("");          // drawing option
  out.object(5, [&] {    // functions: an empty TList
    out.tobject(use_rtti);
    out.text("");
    out.put(std::int32_t{0});
  });
  constexpr std::int32_t normal_errors = 0, neutral_overflows = 2;
  out.put_all(std::int32_t{0}, std::uint8_t{0}, normal_errors, neutral_overflows);  // no buffer of entries
}

}  // namespace

void write_histogram(const std::filesystem::path& path, const Histogram& histogram) {
  assert(histogram.cells.size() >= 3);
  FileWriter file(path, {.title = histogram.title,
                         .datime = packed_datime(WriterOptions{}.unix_time),
                         .compression = compression_setting(codec, level),
                         .content = Content::histograms});
  Compressor compressor(codec, level);
  file.write_object("TH1D", histogram.name, histogram.title, compressor, [&](ObjectWriter& out) {
    out.object(3, [&] {
      out.object(8, [&] { put_base(out, histogram); });
      put_doubles(out, histogram.cells);
    });
  });
  file.commit(compressor);
}

}  // namespace trigloop::io::root
