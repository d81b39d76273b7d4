#include "config/schema.hpp"

#include <algorithm>
#include <iterator>

namespace trigloop::config {
namespace {

using enum Type;
using enum Origin;

constexpr double infinite = std::numeric_limits<double>::max();
constexpr double most_events = 1e15;
constexpr double most_layers = 65536;

// clang-format off
constexpr Key table[] = {
    // What is read
    {"data_config.Read_configs.BACKGROUND.file_path", path, "zero-bias events: HDF5 of the package, scouting ROOT, stage 1 Zarr or .npz"},
    {"data_config.Read_configs.BACKGROUND.train_sector", pair, "first entry for training, and one past the last", 0, most_events},
    {"data_config.Read_configs.BACKGROUND.test_sector", pair, "first entry for tests, and one past the last", 0, most_events},
    {"data_config.Read_configs.BACKGROUND.object_ranges.met", integer, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.BACKGROUND.object_ranges.egs", pair, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.BACKGROUND.object_ranges.muons", pair, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.BACKGROUND.object_ranges.jets", pair, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.BACKGROUND.constituents.MET", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.BACKGROUND.constituents.EGAMMA", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.BACKGROUND.constituents.MUON", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.BACKGROUND.constituents.JET", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.SIGNAL.file_path", path, "signal sets: HDF5 of the package; null: none", 0, 0, {}, true},
    {"data_config.Read_configs.SIGNAL.MAX_NUM_SIGNALS", integer, "events of each set that are taken at most", 0, most_events},
    {"data_config.Read_configs.SIGNAL.object_ranges.met", integer, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.SIGNAL.object_ranges.egs", pair, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.SIGNAL.object_ranges.muons", pair, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.SIGNAL.object_ranges.jets", pair, "as below; must equal it", 0, 65535},
    {"data_config.Read_configs.SIGNAL.constituents.MET", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.SIGNAL.constituents.EGAMMA", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.SIGNAL.constituents.MUON", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.SIGNAL.constituents.JET", flags, "older place of Read_configs.constituents", 0, 0, {}, false, older},
    {"data_config.Read_configs.constituents.MET", flags, "which objects of the range of MET a network sees"},
    {"data_config.Read_configs.constituents.EGAMMA", flags, "which e/gammas a network sees, one flag an object of the range"},
    {"data_config.Read_configs.constituents.MUON", flags, "which muons a network sees"},
    {"data_config.Read_configs.constituents.JET", flags, "which jets a network sees"},
    {"data_config.Read_configs.object_ranges.met", integer, "row of MET among the objects of an event", 0, 65535},
    {"data_config.Read_configs.object_ranges.egs", pair, "rows of the e/gammas: first, and one past the last", 0, 65535},
    {"data_config.Read_configs.object_ranges.muons", pair, "rows of the muons", 0, 65535},
    {"data_config.Read_configs.object_ranges.jets", pair, "rows of the jets", 0, 65535},
    // What is made of it
    {"data_config.Saturation_configs.saturation_mode", choice, "saturated objects become zeros (mask), or their events go (drop)", 0, 0, "mask|drop"},
    {"data_config.Normalisation_configs.scheme", text, "RobustScaler(low %, high %, l, h), MinMax(l, h) or Standard, each also with _pow2"},
    {"data_config.Normalisation_configs.norm_ignore_zeros", flag, "only events in which an object is present count for its scaling"},
    {"data_config.Quantization_configs.quantize_bits", pair, "bits and integer bits to which a network quantises its inputs", 0, 64},
    {"data_config.Processed_data_path", path, "the packed file that is made, or reused if it was made from the same"},
    {"data_config.Write_compression.Compression_mode", choice, "gzip, or null: none", 0, 0, "gzip", true},
    {"data_config.Write_compression.Compression_opts", integer, "gzip level", 0, 9},
    // Reproducibility
    {"determinism.tf_op_determinism", flag, "of the package; trigloop is always deterministic"},
    {"determinism.numpy_determinism", flag, "of the package; no effect"},
    {"determinism.python_determinism", flag, "of the package; no effect"},
    {"determinism.global_seed", integer, "seed of all random numbers", 0, 9007199254740992.0},
    {"determinism.torch_manual_seed", flag, "of the package; no effect"},
    {"determinism.torch_cuda_manual_seed", flag, "of the package; no effect"},
    // Networks
    {"model.train_mode.VAE_V4.encoder_config.nodes", integers, "nodes of the encoder's hidden layers", 1, most_layers},
    {"model.train_mode.VAE_V4.latent_dim", integer, "dimensions of the latent space", 1, most_layers},
    {"model.train_mode.VAE_V4.decoder_config.nodes", integers, "nodes of the decoder's layers", 1, most_layers},
    {"model.train_mode.VAE_V4.features", integer, "inputs", 1, most_layers},
    {"model.train_mode.VAE_V4.alpha", number, "weight of the reconstruction"},
    {"model.train_mode.VAE_V4.beta", number, "weight of the divergence"},
    {"model.train_mode.Contrastive_VAE.encoder_nodes", integers, "nodes of the contrastive backbone", 1, most_layers},
    {"model.train_mode.Contrastive_VAE.vae_nodes", integers, "nodes of the VAE's encoder, mirrored in its decoder", 1, most_layers},
    {"model.train_mode.Contrastive_VAE.vae_latent", integers, "dimensions of the latent space", 1, most_layers},
    {"model.train_mode.Contrastive_VAE.beta", number, "share of the divergence in the loss"},
    {"model.train_mode.Contrastive_VAE.alpha", number, "factor of the whole loss"},
    {"model.ap_fixed_kernel", pair, "bits and integer bits of weights", 0, 64},
    {"model.ap_fixed_bias", pair, "bits and integer bits of biases", 0, 64},
    {"model.ap_fixed_activation", pair, "bits and integer bits of activations", 0, 64},
    {"model.ap_fixed_data", pair, "bits and integer bits of inputs", 0, 64},
    // Training
    {"train.VAE_V4.batch_size", integer, "events a step", 1, 1e9},
    {"train.VAE_V4.n_epochs", integer, "passes over the events", 0, 1e9},
    {"train.VAE_V4.optimiser_config.optmiser", choice, "the optimiser; `optimiser` is taken, too", 0, 0, "Adam|adam|Lion|lion"},
    {"train.VAE_V4.optimiser_config.learning_rate", number, "highest learning rate", 0, infinite},
    {"train.VAE_V4.optimiser_config.weight_decay", number, "decay of weights", 0, infinite},
    {"train.VAE_V4.reconstruction_loss", text, "name of the loss"},
    {"train.Contrastive_VAE.batch_size", integer, "events a step", 1, 1e9},
    {"train.Contrastive_VAE.epochs_contrastive", integer, "passes of the contrastive stage", 0, 1e9},
    {"train.Contrastive_VAE.optimiser_config_contrastive.optmiser", choice, "the optimiser; `optimiser` is taken, too", 0, 0, "Adam|adam|Lion|lion"},
    {"train.Contrastive_VAE.optimiser_config_contrastive.learning_rate", number, "highest learning rate", 0, infinite},
    {"train.Contrastive_VAE.optimiser_config_contrastive.weight_decay", number, "decay of weights", 0, infinite},
    {"train.Contrastive_VAE.optimiser_config_vae.optmiser", choice, "the optimiser; `optimiser` is taken, too", 0, 0, "Adam|adam|Lion|lion"},
    {"train.Contrastive_VAE.optimiser_config_vae.learning_rate", number, "highest learning rate", 0, infinite},
    {"train.Contrastive_VAE.optimiser_config_vae.weight_decay", number, "decay of weights", 0, infinite},
    {"train.Contrastive_VAE.epochs_vae", integer, "passes of the VAE stage", 0, 1e9},
    {"train.Contrastive_VAE.blur_p", number, "probability that a feature is blurred", 0, 1},
    {"train.Contrastive_VAE.blur_m", number, "mean of the blur"},
    {"train.Contrastive_VAE.blur_s", number, "width of the blur", 0, infinite},
    {"train.Contrastive_VAE.mask_p", number, "probability that an object is masked", 0, 1},
    // Evaluation
    {"threshold.target_rate", numbers, "rates in kHz at which thresholds are set", 0, infinite},
    {"threshold.bc_khz", number, "rate of colliding crossings in kHz", 0, infinite},
    {"threshold.ht_threshold", number, "HT in GeV of the HT trigger compared with", 0, infinite},
    {"threshold.precision", pair, "bits and integer bits", 0, 64},
    {"threshold.alpha", number, "of the package"},
    {"threshold.data_path", path, "set by the package itself: the packed file", 0, 0, {}, true, older},
    // Outputs
    {"store.lite_path", path, "thresholds, tables, histograms and history"},
    {"store.complete_path", path, "the same with data and models"},
    {"store.temp_path", path, "folder for what is on its way"},
    {"store.skip_saving_complete", flag, "leave the complete file out"},
    {"store.build_model_path", path, "the network for firmware"},
    {"report.generate", flag, "write a report"},
    {"report.path", path, "the report"},
    // Learning rates
    {"lr_schedule.VAE_V4.type", text, "CDW or cosine_annealing_warm_restart_with_warmup"},
    {"lr_schedule.VAE_V4.config.first_cycle_steps", integer, "epochs of the first cycle", 1, 1e9},
    {"lr_schedule.VAE_V4.config.cycle_mult", integer, "by which each cycle is longer than the one before", 1, 1e9},
    {"lr_schedule.VAE_V4.config.warmup_epochs", integer, "epochs of linear warm-up", 0, 1e9},
    {"lr_schedule.VAE_V4.config.gamma", number, "by which each cycle's highest rate is lower", 0, infinite},
    {"lr_schedule.VAE_V4.config.max_lr", number, "set by the package itself: the optimiser's rate", 0, infinite, {}, true, older},
    {"lr_schedule.Contrastive_VAE.Contrastive_stage.type", text, "CDW"},
    {"lr_schedule.Contrastive_VAE.Contrastive_stage.config.warmup_epochs", integer, "epochs of linear warm-up", 0, 1e9},
    {"lr_schedule.Contrastive_VAE.VAE_stage.type", text, "CDW or cosine_annealing_warm_restart_with_warmup"},
    {"lr_schedule.Contrastive_VAE.VAE_stage.config.first_cycle_steps", integer, "epochs of the first cycle", 1, 1e9},
    {"lr_schedule.Contrastive_VAE.VAE_stage.config.cycle_mult", integer, "by which each cycle is longer than the one before", 1, 1e9},
    {"lr_schedule.Contrastive_VAE.VAE_stage.config.warmup_epochs", integer, "epochs of linear warm-up", 0, 1e9},
    {"lr_schedule.Contrastive_VAE.VAE_stage.config.gamma", number, "by which each cycle's highest rate is lower", 0, infinite},
    {"lr_schedule.Contrastive_VAE.VAE_stage.config.max_lr", number, "set by the package itself: the optimiser's rate", 0, infinite, {}, true, older},
    {"train_recipe", text, "which recipe trains"},
    {"DEBUG", flag, "read by the package, though its master lacks it; no effect", 0, 0, {}, false, older},
    // Ours
    {"compat", flag, "keep the package's faults (see docs/config.md)", 0, 0, {}, false, trigloop},
    {"layer_bits", any, "types of single layers: {STAGE.LAYER: {kernel: [bits, integer], bias: ..., activation: ...}}", 0, 0, {}, false, trigloop},
    {"first_weights", any, "how stacks of dense layers begin: {STAGE.STACK: glorot or rising}", 0, 0, {}, false, trigloop},
    {"watch_khz", numbers, "raw rates in kHz at which a training follows signals, too: columns raw-raw@RATE/NAME of its history", 0, infinite, {}, false, trigloop},
    {"curate.drop_saturated_et", flag, "drop events with ET at 4095 or above, as the package does; false is for inputs without ET", 0, 0, {}, false, trigloop},
    {"curate.shared_scales", flag, "objects of a kind have the scales of its first, so that a GeV counts alike in all of them", 0, 0, {}, false, trigloop},
    {"curate.signal_sets", any, "roles and conditions of the signal sets: {NAME: {role, conditions, hash}}", 0, 0, {}, false, trigloop},
    {"curate.signal_sets_file", path, "YAML file with the same map", 0, 0, {}, true, trigloop},
    {"deploy.budget.latency_ns", number, "what a deployment's report compares the firmware with: ns from event to score", 0, infinite, {}, true, trigloop},
    {"deploy.budget.luts", number, "the same: look-up tables", 0, infinite, {}, true, trigloop},
    {"deploy.budget.flip_flops", number, "the same: flip-flops", 0, infinite, {}, true, trigloop},
    {"deploy.budget.carries", number, "the same: carry cells", 0, infinite, {}, true, trigloop},
    {"deploy.budget.adders", number, "the same: adders", 0, infinite, {}, true, trigloop},
};
// clang-format on

bool below(std::string_view path, std::string_view section) {
  return section.empty() || (path.size() > section.size() && path.starts_with(section) && path[section.size()] == '.');
}

std::string shown(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

/// " from 0 to 9", " of at least 0", or nothing.
std::string range_of(const Key& key) {
  const bool has_low = key.low > std::numeric_limits<double>::lowest(), has_high = key.high < infinite;
  if (has_low && has_high) return " from " + shown(key.low) + " to " + shown(key.high);
  return has_low ? " of at least " + shown(key.low) : "";
}

}  // namespace

std::span<const Key> keys() { return table; }

const Key* find_key(std::string_view path) {
  const auto at = std::ranges::find(table, path, &Key::path);
  return at == std::end(table) ? nullptr : at;
}

bool is_section(std::string_view path) {
  return std::ranges::any_of(table, [&](const Key& key) { return below(key.path, path); });
}

std::vector<std::string> names_below(std::string_view path) {
  std::vector<std::string> names;
  for (const Key& key : table) {
    if (!below(key.path, path)) continue;
    const std::string_view rest = key.path.substr(path.empty() ? 0 : path.size() + 1);
    std::string name(rest.substr(0, rest.find('.')));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::string_view canonical(std::string_view name) { return name == "optimiser" ? "optmiser" : name; }

std::vector<std::string> choices_of(const Key& key) {
  std::vector<std::string> names;
  for (std::string_view rest = key.choices; !rest.empty();) {
    const auto end = std::min(rest.find('|'), rest.size());
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

std::string describe(const Key& key) {
  const auto base = [&]() -> std::string {
    switch (key.type) {
      case flag:
        return "true or false";
      case integer:
        return "an integer" + range_of(key);
      case number:
        return "a number" + range_of(key);
      case flags:
        return "a list of true and false";
      case integers:
        return "a list of integers" + range_of(key);
      case numbers:
        return "a list of numbers" + range_of(key);
      case pair:
        return "a list of two integers" + range_of(key);
      case path:
        return "a path";
      case any:
        return "a map";
      case text:
        return "a text";
      default: {
        std::string all;
        for (const std::string& name : choices_of(key)) all += (all.empty() ? "" : ", ") + name;
        return key.choices.find('|') == key.choices.npos ? all : "one of " + all;
      }
    }
  }();
  return base + (key.nullable ? ", or null" : "");
}

}  // namespace trigloop::config
