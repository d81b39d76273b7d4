#include "deploy/proof/built.hpp"

#include <dlfcn.h>

#include "core/error.hpp"
#include "core/program.hpp"

namespace trigloop::deploy {

namespace fs = std::filesystem;
using core::Error, core::ErrorCode;

fs::path copy_product(const Products& products, const std::string& product, const Tools& tools) {
  const fs::path from = products.folder / product, to = tools.work / product;
  if (!fs::is_directory(from)) throw Error(ErrorCode::not_found, "the deployment has no '" + product + "'");
  std::error_code failed;
  fs::create_directories(tools.work, failed);
  if (!failed) fs::remove_all(to, failed);
  if (!failed) fs::copy(from, to, fs::copy_options::recursive, failed);
  if (failed) throw Error(ErrorCode::output, "cannot copy '" + product + "': " + failed.message()).file(to.string());
  return to;
}

void require_ap_types(const Tools& tools) {
  if (tools.ap_types.empty() || !fs::exists(tools.ap_types / "ap_fixed.h"))
    throw Error(ErrorCode::not_found, "ap_fixed.h is not here")
        .remedy("Give its folder by --ap-types; the hls4ml package has one (templates/vivado/ap_types)");
}

std::string version_of(const std::string& program) {
  const std::string text = core::run_tool({program, "--version"});
  return text.substr(0, text.find('\n'));
}

LoadedLibrary::LoadedLibrary(const fs::path& path) : path_(path.string()) {
  handle_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) throw Error(ErrorCode::internal, ::dlerror()).file(path_);
}

LoadedLibrary::~LoadedLibrary() {
  if (handle_ != nullptr) ::dlclose(handle_);
}

void* LoadedLibrary::symbol(const std::string& name) const {
  void* found = ::dlsym(handle_, name.c_str());
  if (found == nullptr) throw Error(ErrorCode::internal, "has no function '" + name + "'").file(path_);
  return found;
}

}  // namespace trigloop::deploy
