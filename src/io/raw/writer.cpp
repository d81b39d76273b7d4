#include "io/raw/writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/crc32c.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "io/orbits/products.hpp"
#include "io/raw/fields.hpp"

namespace trigloop::io::raw {
namespace {

using core::Error;
using core::ErrorCode;

static_assert(std::endian::native == std::endian::little, "words are written as they stand in memory");

constexpr std::size_t not_there = static_cast<std::size_t>(-1), header_bytes = 32;
constexpr std::array<const char*, 4> key_names = {"run", "luminosityBlock", "orbitNumber", "bunchCrossing"};
constexpr std::array<Product, 4> listed = {muons, egammas, taus, jets};  // as io::orbits::object_kinds has them
/// Most objects of a crossing in a block: of a calorimeter's kind two links, of muons two counts of four bits.
constexpr std::array<std::size_t, 4> most_objects = {30, 12, 12, 12};

Error cannot_hold(const std::string& column, std::int64_t value) {
  Error error(ErrorCode::mismatch, "raw files cannot hold " + std::to_string(value));
  error.in("column '" + column + "'").remedy("They hold the hardware's values alone");
  return error;
}

std::int64_t value_at(const event::ColumnView& column, std::size_t i) {
  return event::visit(column.type, [&](auto one) { return static_cast<std::int64_t>(column.as<decltype(one)>()[i]); });
}

/// A file of events.
class EventFile {
 public:
  explicit EventFile(const std::filesystem::path& path) : file_(path) {
    file_.write(std::vector<std::byte>(header_bytes));
  }

  void write(std::array<std::uint32_t, 3> orbit, std::uint32_t sds, const std::vector<std::uint32_t>& words) {
    const auto bytes = static_cast<std::uint32_t>(4 * (words.size() + 1));
    const auto blocks = std::as_bytes(std::span(words));
    const std::uint32_t sum = core::crc32c(blocks, core::crc32c(std::as_bytes(std::span(&sds, 1))));
    const std::array<std::uint32_t, 7> header = {6, orbit[0], orbit[1], orbit[2], bytes, sum, sds};
    file_.write(std::as_bytes(std::span(header)));
    file_.write(blocks);
    run_ = orbit[0], lumisection_ = orbit[1];
    ++events_;
  }

  void commit() {
    std::array<std::byte, header_bytes> header{};
    std::memcpy(header.data(), "RAW_0002", 8);
    const std::uint16_t size = header_bytes;
    const std::uint64_t bytes = file_.position();
    std::memcpy(&header[8], &size, sizeof size);
    std::memcpy(&header[12], &events_, sizeof events_);
    std::memcpy(&header[16], &run_, sizeof run_);
    std::memcpy(&header[20], &lumisection_, sizeof lumisection_);
    std::memcpy(&header[24], &bytes, sizeof bytes);
    file_.write_at(0, header);
    file_.commit();
  }

 private:
  core::OutputFile file_;
  std::uint32_t events_ = 0, run_ = 0, lumisection_ = 0;
};

}  // namespace

struct Writer::State {
  /// A member of an object, or of a crossing's sums, by the column that gives it.
  struct Source {
    const Member* member = nullptr;
    std::size_t column = not_there;
    std::size_t item = 0;  ///< of the sums
  };

  State(const std::filesystem::path& path, WriterOptions options) : files{} {
    files[0].emplace(path);
    if (options.file_a_source) files[1].emplace(path.native() + "_1");
  }

  void bind(const TableSpec& table);
  void add_rows(const event::Columns& cluster);
  void add_row(const event::Columns& cluster, std::size_t row);
  void add_objects(const event::Columns& cluster, std::size_t row, std::size_t kind);
  void add_sums(const event::Columns& cluster, std::size_t row);
  void end_orbit();

  std::array<std::optional<EventFile>, 2> files;
  std::size_t tables = 0, events_table = not_there;
  std::vector<std::string> names;
  std::array<std::size_t, 4> key{};
  std::array<std::vector<Source>, 4> objects;
  std::vector<Source> sums_of;

  bool has_orbit = false;
  std::array<std::uint32_t, 3> orbit{};  ///< run, lumisection, number
  std::uint32_t crossing = 0;
  std::vector<std::uint32_t> muon_words, calo_words;
  std::array<std::vector<std::array<std::uint32_t, 3>>, 4> packed;  ///< objects of the row, by kind
  std::array<std::uint32_t, most_words> sum_words{};
  bool has_sums = false;
};

void Writer::State::bind(const TableSpec& table) {
  for (const ColumnSpec& column : table.columns) names.push_back(column.name);
  const auto position = [&](const std::string& name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? not_there : static_cast<std::size_t>(found - names.begin());
  };
  for (std::size_t k = 0; k < key.size(); ++k) {
    key[k] = position(key_names[k]);
    if (key[k] != not_there) continue;
    throw Error(ErrorCode::mismatch, std::string("has no column '") + key_names[k] + "'").in("table 'Events'");
  }
  const auto add = [&](Product product, std::string_view member, const std::string& column, std::size_t item,
                       std::vector<Source>& out) {
    const auto members = kind_of(product).members;
    const auto found = std::ranges::find(members, member, &Member::name);
    // What else tells whether a charge is valid is the charge.
    if (found == members.end() || found->rule == Rule::valid || position(column) == not_there) return;
    out.push_back({&*found, position(column), item});
  };
  for (std::size_t k = 0; k < listed.size(); ++k) {
    const orbits::Kind& kind = orbits::object_kinds()[k];
    for (const orbits::Name& name : kind.members)
      add(listed[k], name.stored, std::string(kind.flat) + "_" + std::string(name.flat), 0, objects[k]);
  }
  for (std::size_t s = 0; s < orbits::sum_names().size(); ++s) {
    add(sums, orbits::sum_names()[s].amount, "L1EtSum_hwPt", s, sums_of);
    add(sums, orbits::sum_names()[s].azimuth, "L1EtSum_hwPhi", s, sums_of);
  }
}

void Writer::State::add_rows(const event::Columns& cluster) {
  for (std::size_t row = 0; row < cluster.entries; ++row) {
    std::array<std::uint32_t, 4> keys{};
    for (std::size_t k = 0; k < keys.size(); ++k)
      keys[k] = static_cast<std::uint32_t>(value_at(cluster.columns[key[k]], row));
    const std::array<std::uint32_t, 3> its = {keys[0], keys[1], keys[2]};
    if (has_orbit && its != orbit) end_orbit();
    orbit = its, crossing = keys[3], has_orbit = true;
    add_row(cluster, row);
  }
}

void Writer::State::add_objects(const event::Columns& cluster, std::size_t row, std::size_t kind) {
  packed[kind].clear();
  for (const Source& source : objects[kind]) {
    const event::ColumnView& column = cluster.columns[source.column];
    const std::size_t begin = column.offsets[row], n = column.offsets[row + 1] - begin;
    if (n > most_objects[kind]) throw cannot_hold(names[source.column] + "' (objects)", static_cast<std::int64_t>(n));
    packed[kind].resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t value = value_at(column, begin + i);
      if (!encode(*source.member, value, packed[kind][i].data())) throw cannot_hold(names[source.column], value);
    }
  }
}

void Writer::State::add_sums(const event::Columns& cluster, std::size_t row) {
  sum_words.fill(0);
  has_sums = false;
  for (const Source& source : sums_of) {
    const event::ColumnView& column = cluster.columns[source.column];
    const std::size_t begin = column.offsets[row];
    if (begin + source.item >= column.offsets[row + 1]) continue;
    has_sums = true;
    const std::int64_t value = value_at(column, begin + source.item);
    if (!encode(*source.member, value, sum_words.data())) throw cannot_hold(names[source.column], value);
  }
}

void Writer::State::add_row(const event::Columns& cluster, std::size_t row) {
  for (std::size_t k = 0; k < listed.size(); ++k) add_objects(cluster, row, k);
  add_sums(cluster, row);
  const std::uint32_t number = orbit[2];
  if (const auto n = static_cast<std::uint32_t>(packed[0].size()); n > 0) {
    const std::uint32_t second = n > 15 ? n - 15 : 0;
    muon_words.insert(muon_words.end(), {second << 16 | (n - second), crossing, number});
    for (const auto& muon : packed[0]) muon_words.insert(muon_words.end(), muon.begin(), muon.end());
  }
  if (!has_sums && packed[1].empty() && packed[2].empty() && packed[3].empty()) return;
  const std::size_t begin = calo_words.size();
  calo_words.resize(begin + 59);
  std::uint32_t* block = &calo_words[begin];
  block[1] = crossing, block[2] = number;
  // Two links a kind, the first ones at these words (unpacker.cpp).
  const auto links = [&](std::size_t kind, std::size_t first, std::size_t second) {
    for (std::size_t i = 0; i < packed[kind].size(); ++i)
      block[i < 6 ? first + i : second + i - 6] = packed[kind][i][0];
  };
  links(3, 11, 4);
  links(1, 25, 18);
  links(2, 53, 46);
  std::ranges::copy(sum_words, block + 39);
}

void Writer::State::end_orbit() {
  EventFile& calo = files[1] ? *files[1] : *files[0];
  files[0]->write(orbit, sds_gmt, muon_words);
  calo.write(orbit, sds_calo, calo_words);
  muon_words.clear(), calo_words.clear();
  has_orbit = false;
}

Writer::Writer(std::filesystem::path path, WriterOptions options) : state_(std::make_unique<State>(path, options)) {}
Writer::~Writer() = default;

std::size_t Writer::add_table(const TableSpec& table) {
  if (table.name == "Events") {
    state_->events_table = state_->tables;
    state_->bind(table);
  }
  return state_->tables++;
}

void Writer::append(std::size_t table, const event::Columns& cluster) {
  if (table == state_->events_table) state_->add_rows(cluster);
}

void Writer::commit() {
  if (state_->has_orbit) state_->end_orbit();
  if (state_->files[1]) state_->files[1]->commit();  // the first one is what readers look for
  state_->files[0]->commit();
}

}  // namespace trigloop::io::raw
