#include "score/spectrum_file.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "core/bytes.hpp"
#include "core/file.hpp"

namespace trigloop::score {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr char magic[8] = {'T', 'L', 'S', 'P', 'E', 'C', 'T', 'R'};
constexpr std::uint32_t version = 1;
constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 30;
constexpr std::size_t max_model_bytes = 4096;

class Writer {
 public:
  template <class T>
  void put(T value) {
    const std::size_t at = bytes.size();
    bytes.resize(at + sizeof(T));
    std::memcpy(bytes.data() + at, &value, sizeof(T));  // little-endian machines only, as all that trigloop runs on
  }
  void put(std::string_view text) {
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    bytes.insert(bytes.end(), data, data + text.size());
  }
  std::vector<std::byte> bytes;
};
static_assert(std::endian::native == std::endian::little);

/// Little-endian fields one after the other.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  T get() {
    need(sizeof(T));
    const T value = core::load_le<T>(bytes_.data() + position_);
    position_ += sizeof(T);
    return value;
  }
  std::string text(std::size_t size) {
    need(size);
    const auto* data = reinterpret_cast<const char*>(bytes_.data() + position_);
    position_ += size;
    return {data, size};
  }
  /// A count of records of `size` bytes each, which must be there.
  std::size_t records(std::size_t size) {
    const auto n = get<std::uint64_t>();
    if (n > (bytes_.size() - position_) / size) fail("claims " + std::to_string(n) + " records, more than it holds");
    return static_cast<std::size_t>(n);
  }
  bool at_end() const { return position_ == bytes_.size(); }
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(ErrorCode::damaged, "the spectrum " + reason).offset(position_);
  }

 private:
  void need(std::size_t n) const {
    if (n > bytes_.size() - position_) fail("ends too early");
  }
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

bool is_native(std::span<const std::byte> bytes) {
  return bytes.size() >= sizeof(magic) && std::memcmp(bytes.data(), magic, sizeof(magic)) == 0;
}

std::vector<std::byte> read_bytes(const fs::path& path) {
  const core::InputFile file(path);
  if (file.size() > max_file_bytes)
    throw Error(ErrorCode::limit, "a spectrum has at most " + std::to_string(max_file_bytes >> 20) + " MiB")
        .file(path.native());
  std::vector<std::byte> bytes(file.size());
  file.read(0, bytes);
  return bytes;
}

Spectrum read_file(const fs::path& path) {
  const std::vector<std::byte> bytes = read_bytes(path);
  try {
    if (is_native(bytes)) return decode(bytes);
    return parse_axo({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

Spectrum read_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".axo") files.push_back(entry.path());
  if (files.empty()) throw Error(ErrorCode::not_found, "the folder holds no .axo files").file(folder.native());
  std::ranges::sort(files);
  Spectrum sum = read_file(files.front());
  for (std::size_t i = 1; i < files.size(); ++i) {
    const Spectrum next = read_file(files[i]);
    try {
      sum.add(next);
    } catch (Error& e) {
      e.file(files[i].native());
      throw;
    }
  }
  return sum;
}

Exposure decode_exposure(Reader& in) {
  Exposure exposure;
  for (std::uint64_t* field :
       {&exposure.rows, &exposure.offered, &exposure.orbits, &exposure.colliding_crossings, &exposure.nanoseconds})
    *field = in.get<std::uint64_t>();
  return exposure;
}

void decode_sections(Reader& in, Spectrum& spectrum) {
  const std::size_t n = in.records(8);
  for (std::size_t i = 0; i < n; ++i) {
    const event::LumiKey key{in.get<std::uint32_t>(), in.get<std::uint32_t>()};
    if (i > 0 && !(spectrum.lumisections.back() < key)) in.fail("has lumisections out of order");
    spectrum.lumisections.push_back(key);
  }
}

void decode_bins(Reader& in, Spectrum& spectrum) {
  const std::size_t n = in.records(16);
  std::int64_t last = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto code = in.get<std::int64_t>();
    const auto count = in.get<std::uint64_t>();
    if ((i > 0 && code <= last) || count == 0) in.fail("has bins out of order, or empty ones");
    spectrum.count(code, count);
    last = code;
  }
}

}  // namespace

std::vector<std::byte> encode(const Spectrum& spectrum) {
  Writer out;
  out.put(std::string_view(magic, sizeof(magic)));
  out.put(version);
  out.put(std::uint32_t{0});  // flags
  out.put(static_cast<std::int32_t>(spectrum.fraction()));
  const std::string_view model = std::string_view(spectrum.model).substr(0, max_model_bytes);
  out.put(static_cast<std::uint32_t>(model.size()));
  const Exposure& e = spectrum.exposure;
  for (const std::uint64_t field : {e.rows, e.offered, e.orbits, e.colliding_crossings, e.nanoseconds}) out.put(field);
  out.put(model);
  out.put(static_cast<std::uint64_t>(spectrum.lumisections.size()));
  for (const event::LumiKey& key : spectrum.lumisections) {
    out.put(key.run);
    out.put(key.lumisection);
  }
  const auto bins = spectrum.bins();
  out.put(static_cast<std::uint64_t>(bins.size()));
  for (const auto& [code, count] : bins) {
    out.put(code);
    out.put(count);
  }
  out.put(static_cast<std::uint64_t>(XXH3_64bits(out.bytes.data(), out.bytes.size())));
  return std::move(out.bytes);
}

Spectrum decode(std::span<const std::byte> bytes) {
  constexpr std::size_t hash_bytes = sizeof(std::uint64_t);
  Reader in(bytes);
  if (in.text(sizeof(magic)) != std::string_view(magic, sizeof(magic))) in.fail("does not begin as one");
  if (const auto v = in.get<std::uint32_t>(); v != version)
    throw Error(ErrorCode::unsupported, "the spectrum is of version " + std::to_string(v) + "; version 1 is read");
  if (in.get<std::uint32_t>() != 0) throw Error(ErrorCode::unsupported, "the spectrum has flags that are not known");
  if (bytes.size() < hash_bytes || XXH3_64bits(bytes.data(), bytes.size() - hash_bytes) !=
                                       core::load_le<std::uint64_t>(bytes.data() + bytes.size() - hash_bytes))
    in.fail("does not match its checksum");
  const auto fraction = in.get<std::int32_t>();
  if (fraction < -1024 || fraction > 2048) in.fail("has an impossible fraction");
  const auto model_bytes = in.get<std::uint32_t>();
  if (model_bytes > max_model_bytes) in.fail("has a model's name that is too long");
  const Exposure exposure = decode_exposure(in);
  Spectrum spectrum(fraction, 0, (1 << 18) - 1);
  spectrum.model = in.text(model_bytes);
  decode_sections(in, spectrum);
  decode_bins(in, spectrum);
  in.get<std::uint64_t>();  // the checksum, seen above
  if (!in.at_end()) in.fail("goes on after its end");
  if (spectrum.total() != exposure.rows) in.fail("has bins that do not add up to its rows");
  spectrum.exposure = exposure;
  return spectrum;
}

void write_spectrum(const fs::path& path, const Spectrum& spectrum) { core::write_file(path, encode(spectrum)); }

Spectrum read_spectrum(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? read_folder(path) : read_file(path);
}

}  // namespace trigloop::score
