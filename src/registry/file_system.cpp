#include "registry/file_system.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string>

#include "core/error.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;

struct Name {
  std::uint32_t magic;
  std::string_view name;
};

/// statfs(2), linux/magic.h, and the file systems' own sources.
constexpr Name names[] = {
    {0x6969, "NFS"},      {0x517b, "SMB"},        {0xff534d42, "CIFS"},     {0xfe534d42, "SMB2"}, {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},  {0x00c36400, "CephFS"}, {0x0bd00bd0, "Lustre"},   {0x65735546, "FUSE"}, {0x47504653, "GPFS"},
    {0x01021997, "9P"},   {0x19830326, "BeeGFS"}, {0x73757245, "Coda"},     {0x564c, "NCP"},      {0x7461636f, "OCFS2"},
    {0x01161970, "GFS2"}, {0xaad7aaea, "PanFS"},  {0x20030528, "OrangeFS"},
};

fs::path existing_part(fs::path folder) {
  folder = fs::absolute(folder);
  std::error_code ignored;
  while (!fs::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

}  // namespace

std::string_view network_file_system(std::int64_t magic) noexcept {
  const auto number = static_cast<std::uint32_t>(magic);  // statfs extends the sign of some
  const auto* const found = std::ranges::find(names, number, &Name::magic);
  return found == std::end(names) ? std::string_view() : found->name;
}

void require_local(const fs::path& folder, std::string_view advice) {
  struct statfs told {};
  const fs::path where = existing_part(folder);
  if (::statfs(where.c_str(), &told) != 0)
    throw core::Error(core::ErrorCode::not_found, std::strerror(errno)).file(folder.native()).cause(errno);
  const std::string_view name = network_file_system(told.f_type);
  if (name.empty()) return;
  const bool user_space = name == "FUSE";
  throw core::Error(core::ErrorCode::unsupported, "is on " + std::string(name) +
                                                      (user_space ? " (EOS, CVMFS, sshfs...)" : "") +
                                                      ", where the locks of a database do not hold")
      .file(folder.native())
      .remedy(advice);
}

}  // namespace trigloop::registry
