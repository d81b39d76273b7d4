#include "io/any/any.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/npy/npy.hpp"
#include "io/orbits/orbits.hpp"
#include "io/raw/container.hpp"
#include "io/raw/raw.hpp"
#include "io/root/source.hpp"
#include "io/zarr/zarr.hpp"

namespace trigloop::io {
namespace {

namespace fs = std::filesystem;
using Opener = std::unique_ptr<Source> (*)(const fs::path&);

struct Format {
  std::string_view mark;  ///< the first bytes
  Opener open;
};

constexpr Format formats[] = {
    {"\x93NUMPY", npy::open}, {"PK\3\4", npy::open},  {"PK\5\6", npy::open},  // an archive without members
    {"root", root::open},     {raw::mark, raw::open},
};

constexpr std::string_view what_is_read =
    "trigloop reads ROOT files, HDF5, Zarr v2 stores, .npy, .npz and raw files of the scouting network";

std::unique_ptr<Source> open_file(const fs::path& path) {
  const core::InputFile file(path);
  if (file.size() == 0) {
    throw core::Error(core::ErrorCode::damaged, "is empty")
        .file(path.native())
        .remedy("Its writer may not have finished, or the copy failed");
  }
  std::array<char, 8> first{};
  const std::size_t n = std::min<std::uint64_t>(file.size(), first.size());
  file.read(0, std::as_writable_bytes(std::span(first)).first(n));
  const std::string_view head(first.data(), n);
  for (const Format& format : formats) {
    if (head.starts_with(format.mark)) return format.open(path);
  }
  if (hdf5::is_hdf5(file)) return hdf5::open(path);  // may stand behind a user block
  throw core::Error(core::ErrorCode::unsupported, "is of no format that is known by its first bytes")
      .file(path.native())
      .remedy(what_is_read);
}

std::unique_ptr<Source> open_folder(const fs::path& path) {
  if (zarr::is_store(path)) return zarr::open(path);
  throw core::Error(core::ErrorCode::unsupported, "is a folder, but no store").file(path.native()).remedy(what_is_read);
}

}  // namespace

std::unique_ptr<Source> open_stored(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? open_folder(path) : open_file(path);
}

std::unique_ptr<Source> open(const fs::path& path) {
  std::unique_ptr<Source> stored = open_stored(path);
  return orbits::holds_orbits(*stored) ? orbits::as_crossings(std::move(stored)) : std::move(stored);
}

bool is_companion(const fs::path& path) { return raw::is_companion(path); }

void remove(const fs::path& path, std::error_code& error) {
  const std::vector<fs::path> files = raw::with_companions(path);
  for (const fs::path& file : files) {  // the first one first: without it the others are no input
    fs::remove_all(file, error);
    if (error) return;
  }
}

}  // namespace trigloop::io
