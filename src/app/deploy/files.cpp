#include "app/deploy/files.hpp"

#include <iostream>

#include "core/file.hpp"
#include "deploy/proof/proof.hpp"
#include "report/deploy/page.hpp"

namespace trigloop::app {

namespace fs = std::filesystem;

std::optional<registry::PrivateKey> load_key(const std::string& path) {
  return path.empty() ? std::nullopt : std::optional(registry::PrivateKey::load(path));
}

void write_proof(const fs::path& folder, const deploy::Network& network, const std::string& proof_json,
                 const std::optional<registry::PrivateKey>& key) {
  fs::remove(folder / "proof.json.sig");
  core::write_file(folder / "proof.json", proof_json);
  if (key) core::write_file(folder / "proof.json.sig", key->sign(deploy::proof_name_space, proof_json));
  report::Page page = report::deployed::deployment_page(network, proof_json);
  if (report::drawing_library().empty()) {
    std::cerr << "trigloop: warning: report.html has no figures: this build has no drawing library in it\n";
    page.figures.clear();
  }
  report::write_page(page, folder / "report.html");
}

void print_warnings(const std::string& proof_json) {
  for (const std::string& warning : deploy::warnings_in(proof_json))
    std::cerr << "trigloop: warning: " << warning << '\n';
}

}  // namespace trigloop::app
