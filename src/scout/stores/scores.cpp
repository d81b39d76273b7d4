#include "scout/stores/scores.hpp"

#include <algorithm>
#include <cmath>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/sha256.hpp"
#include "io/zarr/zarr.hpp"

namespace trigloop::scout::stores {
namespace {

using core::Error;
using core::ErrorCode;

constexpr const char* score_name = "AxoScore";
constexpr const char* high_name = "score_high";  // code >> 15, signed
constexpr const char* low_name = "score_low";    // the 15 bits below
constexpr int low_bits = 15;
constexpr double highest_score = 0x1p26;

constexpr std::string_view layout_text = R"(trigloop_layout: 1
name: scouting-analyser-stage2
about: a group of the Scouting Analyser's stage 2, whose scores are given
table: ""
values: hardware
element: int16
key: {run: RunNumber, lumisection: LuminosityBlock, orbit: OrbitNumber, bunch_crossing: BunchCrossing}
features:
  - {scalar: score_high}
  - {scalar: score_low}
)";

std::int32_t code_of(double score, std::uint64_t entry) {
  if (!(std::abs(score) < highest_score)) {
    throw Error(ErrorCode::damaged, "the score of entry " + std::to_string(entry) + " is " + std::to_string(score))
        .in(std::string("column '") + score_name + "'");
  }
  return static_cast<std::int32_t>(std::floor(std::ldexp(score, score_fraction)));
}

/// Replaces the two features by what the scores say; all other columns pass.
class ScoreReader final : public io::ColumnReader {
 public:
  ScoreReader(std::unique_ptr<io::ColumnReader> reader, std::vector<std::string> wanted, std::vector<std::string> read)
      : reader_(std::move(reader)), wanted_(std::move(wanted)), read_(std::move(read)) {}

  void rewind(io::EntryRange range) override { reader_->rewind(range); }

  bool next(event::Columns& out) override {
    if (!reader_->next(window_)) {
      out = {};
      return false;
    }
    split_codes();
    out.first_entry = window_.first_entry;
    out.entries = window_.entries;
    out.columns.clear();
    for (const std::string& name : wanted_) {
      out.columns.push_back(name == high_name ? view(high_) : name == low_name ? view(low_) : *column(name));
    }
    return true;
  }

 private:
  const event::ColumnView* column(const std::string& name) const {
    const auto found = std::ranges::find(read_, name);
    return found == read_.end() ? nullptr : &window_.columns[static_cast<std::size_t>(found - read_.begin())];
  }

  static event::ColumnView view(const core::AlignedBuffer<std::int16_t>& values) {
    event::ColumnView view;
    view.type = event::Type::int16;
    view.data = reinterpret_cast<const std::byte*>(values.data());
    view.values = values.size();
    return view;
  }

  void split_codes() {
    const event::ColumnView* scores = column(score_name);
    if (scores == nullptr) return;
    high_.resize_discard(scores->values);
    low_.resize_discard(scores->values);
    const auto split = [&](auto values) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int32_t code = code_of(static_cast<double>(values[i]), window_.first_entry + i);
        high_[i] = static_cast<std::int16_t>(code >> low_bits);
        low_[i] = static_cast<std::int16_t>(code & ((1 << low_bits) - 1));
      }
    };
    scores->type == event::Type::float32 ? split(scores->as<float>()) : split(scores->as<double>());
  }

  std::unique_ptr<io::ColumnReader> reader_;
  std::vector<std::string> wanted_, read_;
  event::Columns window_;
  core::AlignedBuffer<std::int16_t> high_, low_;
};

class ScoreSource final : public io::Source {
 public:
  explicit ScoreSource(std::unique_ptr<io::Source> group) : group_(std::move(group)), info_(group_->info()) {
    io::TableInfo& table = info_.tables.at(0);
    const io::ColumnInfo scores = io::find_column(info_, table, score_name);
    const bool floats = scores.type == event::Type::float32 || scores.type == event::Type::float64;
    const bool one = std::ranges::all_of(scores.shape, [](std::uint64_t n) { return n == 1; });
    if (!floats || scores.jagged || !one) {
      throw Error(ErrorCode::mismatch, "is of type " + scores.type_name + "; stage 2 has one float an event")
          .in(std::string("column '") + score_name + "'")
          .file(info_.path.native());
    }
    for (const char* name : {high_name, low_name}) {
      io::ColumnInfo half = scores;
      half.name = name;
      half.type = event::Type::int16;
      half.type_name = "int16";
      half.shape.clear();
      half.stored_bytes = name == high_name ? scores.stored_bytes : 0;
      table.columns.push_back(std::move(half));
    }
  }

  const io::SourceInfo& info() const noexcept override { return info_; }
  std::unique_ptr<io::ColumnReader> read(const io::Selection& selection,
                                         const io::ReadOptions& options) const override {
    const io::Selection stored = stored_columns(selection);
    return std::make_unique<ScoreReader>(group_->read(stored, options), selection.columns, stored.columns);
  }
  std::vector<io::EntryRange> split(const io::Selection& selection, std::uint64_t target) const override {
    return group_->split(stored_columns(selection), target);
  }
  io::CodecCost measure_codec(const io::Selection& selection, const io::ReadOptions& options) const override {
    return group_->measure_codec(stored_columns(selection), options);
  }

 private:
  static io::Selection stored_columns(io::Selection selection) {
    std::vector<std::string> stored;
    for (const std::string& name : selection.columns) {
      const std::string real = name == high_name || name == low_name ? score_name : name;
      if (std::ranges::find(stored, real) == stored.end()) stored.push_back(real);
    }
    selection.columns = std::move(stored);
    return selection;
  }

  std::unique_ptr<io::Source> group_;
  io::SourceInfo info_;
};

/// Puts the halves of codes together.
class JoinEngine final : public score::Engine {
 public:
  std::string_view name() const noexcept override { return "given scores"; }
  std::string_view isa() const noexcept override { return "scalar"; }
  std::size_t features() const noexcept override { return 2; }
  std::size_t outputs() const noexcept override { return 1; }
  int fraction() const noexcept override { return score_fraction; }
  std::unique_ptr<score::Stream> stream() const override { return std::make_unique<Join>(); }

 private:
  class Join final : public score::Stream {
   public:
    void run(const score::TileView& tile, std::int32_t* codes) override {
      for (std::size_t e = 0; e < tile.lanes; ++e) {
        codes[e] = tile.data[e] * (1 << low_bits) + tile.data[tile.stride + e];
      }
    }
  };
};

}  // namespace

std::unique_ptr<io::Source> open_scores(const std::filesystem::path& group) {
  return std::make_unique<ScoreSource>(io::zarr::open(group));
}

Examiner score_examiner(const std::string& name, const StreamDescription& stream, const TailRule& tail) {
  Examiner examiner;
  examiner.layout = event::parse_layout(layout_text, "scouting-analyser-stage2");
  examiner.engine = std::make_shared<JoinEngine>();
  examiner.highest_code = (1 << 18) - 1;
  Identity& identity = examiner.identity;
  identity.model = core::sha256_hex(name);
  identity.model_name = name;
  identity.fraction = score_fraction;
  identity.layout = examiner.layout.name;
  identity.stream = stream;
  identity.tail_rule = tail;
  return examiner;
}

}  // namespace trigloop::scout::stores
