#pragma once
// Products as they are built for a proof: copied, compiled, loaded.
#include <filesystem>
#include <string>

#include "deploy/proof/contender.hpp"

namespace trigloop::deploy {

/// A copy of `product` (a folder of the deployment) in tools.work. Error: not_found, if it is not there.
std::filesystem::path copy_product(const Products& products, const std::string& product, const Tools& tools);

/// Error: not_found, if the folder of ap_fixed.h is not known.
void require_ap_types(const Tools& tools);

/// "c++ (Debian 12.2.0-14+deb12u1) 12.2.0": the first line of what it says about itself.
std::string version_of(const std::string& program);

/// A library of ours, loaded for itself alone. Errors: internal.
class LoadedLibrary {
 public:
  explicit LoadedLibrary(const std::filesystem::path& path);
  ~LoadedLibrary();
  LoadedLibrary(const LoadedLibrary&) = delete;
  LoadedLibrary& operator=(const LoadedLibrary&) = delete;

  template <class Function>
  Function* get(const std::string& name) const {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const std::string& name) const;
  void* handle_ = nullptr;
  std::string path_;
};

}  // namespace trigloop::deploy
