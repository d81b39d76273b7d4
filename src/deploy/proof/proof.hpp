#pragma once
// What a proof says, as `proof.json`: the one file by which a deployment is judged (docs/deploy.md).
#include "deploy/proof/efficiency.hpp"
#include "deploy/proof/prove.hpp"
#include "deploy/proof/resources.hpp"

namespace trigloop::deploy {

/// What signatures of proofs are made for (registry/signature.hpp).
inline constexpr const char* proof_name_space = "trigloop-deployment";

struct ProductFile {
  std::string path;  ///< below the deployment's folder
  std::string sha256;
  std::uint64_t bytes = 0;
};

/// Every file below `folder` but the proof itself, by name.
std::vector<ProductFile> product_files(const std::filesystem::path& folder);

struct Proof {
  std::string model, model_sha256;  ///< the file that was deployed; of its network: product model.onnx
  std::string program;              ///< version
  std::vector<ProductFile> products;
  Equality equality;
  std::optional<EfficiencyMatch> efficiencies;
  Resources resources;

  /// Equal scores and, where they were compared, equal tables.
  bool proven() const { return equality.equal() && (!efficiencies || efficiencies->equal); }
};

std::string to_json(const Network& network, const Proof& proof);
/// A table for people.
std::string as_table(const Proof& proof);

/// Files of a deployment that are not those of its proof: missing, changed, or additional. Error: damaged, if
/// proof.json is no proof.
std::vector<std::string> changed_files(const std::filesystem::path& folder, const std::string& proof_json);

}  // namespace trigloop::deploy
