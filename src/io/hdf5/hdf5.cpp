#include "io/hdf5/hdf5.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/array/source.hpp"
#include "io/hdf5/dataset.hpp"
#include "io/hdf5/group.hpp"
#include "io/hdf5/image.hpp"

namespace trigloop::io::hdf5 {
namespace {

constexpr std::size_t max_depth = 64, max_objects = 1u << 17;

/// All groups and data sets that hard links lead to from the root, each group once.
class Walk {
 public:
  explicit Walk(std::shared_ptr<const Image> image) : image_(std::move(image)) {
    contents_.info.path = image_->file()->path();
    contents_.info.format = "HDF5";
    contents_.info.version = "superblock " + std::to_string(image_->version());
    contents_.info.bytes = image_->file()->size();
    contents_.check_unchanged = [file = image_->file()] { file->check_unchanged(); };
  }

  array::Contents run() {
    visit(image_->root(), read_header(*image_, image_->root()), "", 0);
    return std::move(contents_);
  }

 private:
  struct Child {
    std::string name;
    std::uint64_t address;
    std::vector<Message> messages;
  };

  void visit(std::uint64_t address, const std::vector<Message>& messages, const std::string& path, std::size_t depth) {
    const std::string prefix = path.empty() ? path : path + "/";
    if (depth > max_depth) throw core::Error(core::ErrorCode::limit, "groups nest deeper than 64");
    if (!seen_.insert(address).second) return leave_out(path, "group", "is a second name of a group listed already");
    TableInfo table;
    table.name = path;
    std::vector<std::shared_ptr<const array::Array>> arrays;
    std::vector<Child> groups;
    for (const Link& link : links_of(messages)) {
      if (link.kind != Link::Kind::hard) {
        const bool soft = link.kind == Link::Kind::soft;
        leave_out(prefix + link.name, soft ? "soft link" : "external link",
                  soft ? "only what it points to is read, under its own name" : "other files are not opened");
        continue;
      }
      if (++objects_ > max_objects) throw core::Error(core::ErrorCode::limit, "has more than 2^17 objects");
      add_object(link, prefix, table, arrays, groups);
    }
    if (!arrays.empty() || groups.empty()) contents_.add(std::move(table), std::move(arrays));
    for (const Child& group : groups) visit_child(group, prefix + group.name, depth + 1);
  }

  /// What is wrong in one group leaves the others readable.
  void visit_child(const Child& group, const std::string& path, std::size_t depth) {
    try {
      visit(group.address, group.messages, path, depth);
    } catch (const core::Error& e) {
      if (e.code() == core::ErrorCode::limit) throw;
      leave_out(path, "group", e.what());
    }
  }

  std::vector<Link> links_of(const std::vector<Message>& messages) const {
    std::vector<Link> links = read_links(*image_, messages);
    std::ranges::sort(links, {}, &Link::name);
    return links;
  }

  void add_object(const Link& link, const std::string& prefix, TableInfo& table,
                  std::vector<std::shared_ptr<const array::Array>>& arrays, std::vector<Child>& groups) {
    try {
      std::vector<Message> messages = read_header(*image_, link.address);
      if (is_dataset(messages)) {
        Dataset dataset = make_dataset(image_, messages, link.name);
        arrays.push_back(std::move(dataset.array));
        table.columns.push_back(std::move(dataset.info));
      } else if (is_group(messages)) {
        groups.push_back({link.name, link.address, std::move(messages)});
      } else {
        leave_out(prefix + link.name, "object", "is neither a group nor a data set");
      }
    } catch (const core::Error& e) {
      if (e.code() == core::ErrorCode::limit) throw;
      leave_out(prefix + link.name, "object", e.what());
    }
  }

  void leave_out(const std::string& name, const std::string& kind, const std::string& reason) {
    contents_.info.unread.push_back({name, kind, reason});
  }

  std::shared_ptr<const Image> image_;
  array::Contents contents_;
  std::set<std::uint64_t> seen_;
  std::size_t objects_ = 0;
};

}  // namespace

bool is_hdf5(const core::InputFile& file) { return find_signature(file).has_value(); }

std::unique_ptr<Source> open(const std::filesystem::path& path) {
  const auto file = std::make_shared<const core::InputFile>(path);
  try {
    return array::make_source(Walk(std::make_shared<const Image>(file)).run());
  } catch (core::Error& e) {
    e.file(path.native());
    throw;
  }
}

}  // namespace trigloop::io::hdf5
