// The writer: chunks are shuffled and deflated here, on several threads, and handed to the library as they are to stand
// in the file (H5Dwrite_chunk); its own filter pipeline is single-threaded and uses zlib.
#include <fcntl.h>
#include <hdf5.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "io/array/collector.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/library.hpp"
#include "io/hdf5/objects.hpp"

namespace trigloop::io::hdf5 {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using Lock = std::lock_guard<std::mutex>;

void check_name(const std::string& name) {
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string::npos) {
      throw Error(ErrorCode::usage, "'" + core::escaped(name.substr(0, 300)) + "' cannot name an HDF5 object");
    }
    begin = end + 1;
  }
}

void shuffle(std::span<const std::byte> in, std::size_t value_bytes, std::byte* out) {
  const std::size_t n = in.size() / value_bytes;
  for (std::size_t j = 0; j < value_bytes; ++j) {
    for (std::size_t i = 0; i < n; ++i) out[j * n + i] = in[i * value_bytes + j];
  }
}

/// Shuffles and deflates; keeps scratch memory, so each thread has its own.
class Filters {
 public:
  Filters(const WriteOptions& options) : options_(options), deflater_(nullptr, &::libdeflate_free_compressor) {
    if (options.deflate > 0) deflater_.reset(::libdeflate_alloc_compressor(options.deflate));
    if (options.deflate > 0 && !deflater_) throw std::bad_alloc();
  }

  std::vector<std::byte> apply(std::span<const std::byte> chunk, std::size_t value_bytes) {
    if (options_.shuffle && value_bytes > 1) {
      shuffled_.resize_discard(chunk.size());
      shuffle(chunk, value_bytes, shuffled_.data());
      chunk = shuffled_.span();
    }
    std::vector<std::byte> packed(::libdeflate_zlib_compress_bound(deflater_.get(), chunk.size()));
    packed.resize(
        ::libdeflate_zlib_compress(deflater_.get(), chunk.data(), chunk.size(), packed.data(), packed.size()));
    return packed;
  }

 private:
  const WriteOptions& options_;
  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflater_;
  core::ByteBuffer shuffled_;
};

}  // namespace

class Writer::Impl {
 public:
  Impl(fs::path path, WriteOptions options) : path_(std::move(path)), options_(options) {
    if (options_.deflate < 0 || options_.deflate > 9) throw Error(ErrorCode::usage, "gzip levels go from 0 to 9");
    if (options_.threads == 0) options_.threads = core::available_cores();
    partial_ = path_.parent_path() / ("." + path_.filename().native() + "." + std::to_string(::getpid()) + ".partial");
    // An own attempt first: its errno says more than the library.
    const int fd = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) fail_system("create");
    ::close(fd);
    const Lock lock(library_lock());
    [[maybe_unused]] static const herr_t no_atexit = ::H5dont_atexit();  // see abandon()
    ::H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    try {
      file_ = Handle(::H5Fcreate(partial_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), ::H5Fclose, "create");
    } catch (...) {
      ::unlink(partial_.c_str());
      throw;
    }
    for (unsigned i = 0; i < options_.threads; ++i) filters_.emplace_back(options_);
  }

  ~Impl() {
    {
      const Lock lock(library_lock());
      tables_.clear();
      file_.reset();
    }
    if (!done_) ::unlink(partial_.c_str());
  }

  std::size_t add_table(const TableSpec& spec) {
    if (!spec.name.empty()) check_name(spec.name);
    for (const ColumnSpec& column : spec.columns) check_name(column.name);
    const unsigned batch = options_.deflate > 0 ? options_.threads : 1;  // chunks that are compressed at a time
    Table table{spec.name, array::Collector(spec, options_.chunk_entries, batch), {}};
    const Lock lock(library_lock());
    for (std::size_t i = 0; i < table.rows.columns(); ++i) table.sets.push_back(create(table, i));
    if (!spec.name.empty() && table.sets.empty()) Handle(open_group(spec.name), ::H5Gclose, "make a group");
    tables_.push_back(std::move(table));
    return tables_.size() - 1;
  }

  template <class... Rows>
  void append(std::size_t number, const Rows&... rows) {
    Table& table = tables_.at(number);
    table.rows.append(rows..., [&](std::span<const array::FullChunk> chunks) { write(table, chunks); });
  }

  void finish(std::size_t number) {
    Table& table = tables_.at(number);
    table.rows.finish([&](std::span<const array::FullChunk> chunks) { write(table, chunks); });
  }

  void set_attribute(TextAttribute attribute) {
    if (!attribute.node.empty()) check_name(attribute.node);
    if (attribute.name.empty()) throw Error(ErrorCode::usage, "an attribute needs a name");
    check_texts(attribute.texts);
    attributes_.push_back(std::move(attribute));
  }

  void add_array(FixedArray array) {
    check_name(array.node);
    check_fits(array);
    arrays_.push_back(std::move(array));
  }

  void add_strings(const std::string& node, std::vector<std::string> texts) {
    check_name(node);
    check_texts(texts);
    strings_.push_back({node, std::move(texts)});
  }

  void commit() {
    for (std::size_t number = 0; number < tables_.size(); ++number) {
      finish(number);
      const Lock lock(library_lock());
      for (std::size_t i = 0; i < tables_[number].sets.size(); ++i) extend(tables_[number], i);
    }
    {
      const Lock lock(library_lock());
      for (const FixedArray& array : arrays_) write_array(file_.get(), array);
      for (const Strings& strings : strings_) write_strings(file_.get(), strings);
      for (const TextAttribute& attribute : attributes_) write_attribute(file_.get(), attribute);
      tables_.clear();
      checked(file_.reset(), "close the file");
    }
    const int fd = ::open(partial_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (!synced) fail_system("make durable");
    if (::rename(partial_.c_str(), path_.c_str()) != 0) fail_system("rename into place");
    done_ = true;
    core::sync_folder(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
  }

  const fs::path& path() const noexcept { return path_; }

  /// After a failed write HDF5 1.10 crashes when it closes the file, or at the end of the program. So it is left as it
  /// is: a file descriptor is lost, the partial file is removed all the same.
  void abandon() {
    const Lock lock(library_lock());
    for (Table& table : tables_) {
      for (Handle& set : table.sets) set.abandon();
    }
    file_.abandon();
  }

 private:
  struct Table {
    std::string name;
    array::Collector rows;
    std::vector<Handle> sets;
  };
  [[noreturn]] void fail_system(const char* step) const {
    throw Error(ErrorCode::output, std::string("cannot ") + step + ": " + std::strerror(errno)).file(path_.native());
  }

  static std::vector<hsize_t> extents(std::span<const std::uint64_t> shape) { return {shape.begin(), shape.end()}; }

  hid_t open_group(const std::string& name) const {
    if (::H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT) > 0)
      return ::H5Gopen2(file_.get(), name.c_str(), H5P_DEFAULT);
    return ::H5Gcreate2(file_.get(), name.c_str(), with_groups().get(), H5P_DEFAULT, H5P_DEFAULT);
  }

  Handle create(const Table& table, std::size_t column) const {
    const array::Layout layout = table.rows.layout(column);
    const auto shape = extents(layout.shape), chunk = extents(layout.chunk);
    auto most = shape;
    most[0] = H5S_UNLIMITED;
    const int rank = static_cast<int>(shape.size());
    const Handle space(::H5Screate_simple(rank, shape.data(), most.data()), ::H5Sclose, "make a shape");
    const Handle list(::H5Pcreate(H5P_DATASET_CREATE), ::H5Pclose, "make a list");
    checked(::H5Pset_chunk(list.get(), rank, chunk.data()), "set chunks");
    // Equal data give equal files: no time of day in them.
    checked(::H5Pset_obj_track_times(list.get(), false), "leave out times");
    const bool shuffled = options_.shuffle && event::size_of(layout.encoding.type) > 1;
    if (options_.deflate > 0 && shuffled) checked(::H5Pset_shuffle(list.get()), "set a filter");
    if (options_.deflate > 0)
      checked(::H5Pset_deflate(list.get(), static_cast<unsigned>(options_.deflate)), "set a filter");
    const Handle type = file_type(layout.encoding.type);
    const std::string name = (table.name.empty() ? "" : table.name + "/") + table.rows.name(column);
    return {
        ::H5Dcreate2(file_.get(), name.c_str(), type.get(), space.get(), with_groups().get(), list.get(), H5P_DEFAULT),
        ::H5Dclose, "make a data set"};
  }

  static void extend(const Table& table, std::size_t column) {
    const auto shape = extents(table.rows.layout(column).shape);
    checked(::H5Dset_extent(table.sets[column].get(), shape.data()), "extend a data set");
  }

  void write(const Table& table, std::span<const array::FullChunk> chunks) {
    std::vector<std::vector<std::byte>> packed(options_.deflate > 0 ? chunks.size() : 0);
    core::parallel_for(packed.size(), options_.threads, [&](std::size_t i, unsigned worker) {
      const auto type = table.rows.layout(chunks[i].column).encoding.type;
      packed[i] = filters_[worker].apply(chunks[i].bytes, event::size_of(type));
    });
    const Lock lock(library_lock());
    for (std::size_t i = 0; i < table.sets.size(); ++i) extend(table, i);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      std::vector<hsize_t> offset(table.rows.layout(chunks[i].column).shape.size(), 0);
      offset[0] = chunks[i].number * options_.chunk_entries;
      const std::span<const std::byte> bytes = packed.empty() ? chunks[i].bytes : packed[i];
      checked(::H5Dwrite_chunk(table.sets[chunks[i].column].get(), H5P_DEFAULT, 0, offset.data(), bytes.size(),
                               bytes.data()),
              "write a chunk");
    }
  }

  fs::path path_, partial_;
  WriteOptions options_;
  Handle file_;
  std::vector<Table> tables_;
  std::vector<FixedArray> arrays_;
  std::vector<Strings> strings_;
  std::vector<TextAttribute> attributes_;
  std::vector<Filters> filters_;
  bool done_ = false;
};

namespace {

/// Names the file in what goes wrong inside.
template <class F>
auto naming(const fs::path& path, F&& work) {
  try {
    return work();
  } catch (Error& e) {
    e.file(path.native());
    throw;
  }
}

/// The same for what writes to the disk.
template <class Impl, class F>
void guarded(Impl& impl, F&& work) {
  try {
    naming(impl.path(), work);
  } catch (const Error& e) {
    if (e.code() == ErrorCode::output) impl.abandon();
    throw;
  }
}

}  // namespace

Writer::Writer(fs::path path, WriteOptions options)
    : impl_(naming(path, [&] { return std::make_unique<Impl>(path, options); })) {}
Writer::~Writer() = default;

std::size_t Writer::add_table(const TableSpec& table) {
  return naming(impl_->path(), [&] { return impl_->add_table(table); });
}
void Writer::append(std::size_t table, const event::Columns& cluster) {
  guarded(*impl_, [&] { impl_->append(table, cluster); });
}
void Writer::append(std::size_t table, std::uint64_t rows, const array::FillRows& fill) {
  guarded(*impl_, [&] { impl_->append(table, rows, fill); });
}
void Writer::finish(std::size_t table) {
  guarded(*impl_, [&] { impl_->finish(table); });
}
void Writer::set_attribute(const std::string& node, const std::string& name, const std::string& text) {
  naming(impl_->path(), [&] { impl_->set_attribute({node, name, true, {text}}); });
}
void Writer::set_attribute_list(const std::string& node, const std::string& name, std::vector<std::string> texts) {
  naming(impl_->path(), [&] { impl_->set_attribute({node, name, false, std::move(texts)}); });
}
void Writer::add_array(FixedArray array) {
  naming(impl_->path(), [&] { impl_->add_array(std::move(array)); });
}
void Writer::add_strings(const std::string& node, std::vector<std::string> texts) {
  naming(impl_->path(), [&] { impl_->add_strings(node, std::move(texts)); });
}
void Writer::commit() {
  guarded(*impl_, [&] { impl_->commit(); });
}

}  // namespace trigloop::io::hdf5
