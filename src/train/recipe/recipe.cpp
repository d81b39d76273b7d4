#include "train/recipe/recipe.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "train/engine/bit_operations.hpp"
#include "train/engine/initialise.hpp"
#include "train/recipe/build.hpp"

namespace trigloop::train {
namespace {

using core::Section;

class Builder {
 public:
  Builder(const Section& root, const config::Value& config, const DataShape& shape)
      : root_(root), scope_(config), shape_(shape) {
    const config::Value* flag = scope_.find("compat");
    compat_ = flag != nullptr && flag->boolean;
    const config::Value* seed = scope_.find("determinism.global_seed");
    seed_ = seed == nullptr ? 0 : static_cast<std::uint64_t>(seed->integer);
  }

  Recipe build() {
    root_.integer("trigloop_recipe", 1, 1);
    recipe_.name = root_.text("name");
    root_.text("about", "");
    if (scope_.find("threshold.bc_khz") != nullptr) recipe_.crossings_khz = scope_.number("threshold.bc_khz");
    if (const config::Value* watched = scope_.find("watch_khz"))
      for (const config::Value& khz : watched->items)
        recipe_.watched_khz.push_back(khz.kind == config::Value::Kind::integer ? static_cast<double>(khz.integer)
                                                                               : khz.number);
    recipe_.supervised = root_.choice("events", {"background", "signals"}, "background") == "signals";
    if (recipe_.supervised && shape_.classes < 2)
      throw root_.error("events", "the file has fewer than two sets of signals");
    scope_.define("classes", {static_cast<double>(shape_.classes)});
    scope_.define("norm_scale", shape_.geometry.scale);
    scope_.define("norm_bias", shape_.geometry.bias);
    scope_.define("eta_unit", shape_.geometry.eta_unit);
    read_lets();
    read_quantisers();
    for (const Section& section : root_.sections("stages")) add_stage(section);
    widths_.refuse_unused();
    check_first_weights();
    read_score(root_.section("score"));
    root_.refuse_unknown();
    return std::move(recipe_);
  }

 private:
  void read_lets() {
    if (!root_.has("let")) return;
    const Section lets = root_.section("let");
    for (const std::string& name : lets.names()) scope_.define(name, numbers_at(lets, name, scope_));
  }

  /// The configuration's `first_weights` were taken where their stacks are; here: that all are, and are known.
  void check_first_weights() const {
    const config::Value* stacks = scope_.find("first_weights");
    if (stacks == nullptr || stacks->kind == config::Value::Kind::null) return;
    const auto refuse = [](const std::string& what) {
      throw core::Error(core::ErrorCode::usage, "'first_weights" + what);
    };
    if (stacks->kind != config::Value::Kind::map) refuse("' must be a map from STAGE.STACK to glorot or rising");
    for (std::size_t k = 0; k < stacks->keys.size(); ++k) {
      const std::string& key = stacks->keys[k];
      const std::size_t dot = std::min(key.find('.'), key.size());
      const auto& nodes = recipe_.stage(key.substr(0, dot)).network.nodes();
      const std::string first = key.substr(std::min(dot + 1, key.size())) + "_0";
      if (std::ranges::none_of(nodes, [&](const auto& node) { return node->name == first; }))
        refuse("." + key + "' is no stack of dense layers of the recipe");
      if (const std::string& kind = stacks->items[k].text; kind != "glorot" && kind != "rising")
        refuse("." + key + "' must be glorot or rising");
    }
  }

  void read_quantisers() {
    const Section section = root_.section("quantisers");
    const auto type_at = [&](const char* key) {
      const auto [bits, integer] = bits_at(section, key, scope_);
      return Quantiser::signed_bits(bits, integer);
    };
    recipe_.data = type_at("data");
    if (section.has("input")) recipe_.input = type_at("input");
    widths_ = Widths(section, scope_, scope_.find("layer_bits"));
    section.refuse_unknown();
  }

  void set_input(Stage& stage, const Section& section) const {
    stage.input = section.text("input", "data");
    stage.table.features = shape_.features;
    stage.input_bits = recipe_.data.bits;
    if (stage.input == "data") return;
    const std::size_t dot = stage.input.find('.');
    if (dot == stage.input.npos) throw section.error("input", "must be `data` or STAGE.TENSOR");
    const Stage& earlier = recipe_.stage(stage.input.substr(0, dot));
    const TensorId tensor = earlier.tensor(stage.input.substr(dot + 1));
    stage.table.features = earlier.network.features(tensor);
    stage.input_bits = bits_of(earlier.network, tensor, earlier.input_bits);
  }

  void add_stage(const Section& section) {
    auto stage = std::make_unique<Stage>();
    stage->name = section.text("name");
    set_input(*stage, section);
    stage->views = static_cast<std::size_t>(section.integer("views", 1, 2, 1));
    stage->seed = seed_ * 0x9E3779B97F4A7C15u + recipe_.stages.size();
    set_loop(*stage, section, scope_);
    add_nodes(*stage, section);
    set_pruning(*stage, section, scope_);
    section.refuse_unknown();
    initialise(stage->network, stage->seed);
    recipe_.stages.push_back(std::move(stage));
  }

  void add_nodes(Stage& stage, const Section& section) {
    auto feed = std::make_unique<Feed>("input", stage.table, augmenter_of(section, scope_, shape_, compat_));
    stage.feed = &stage.network.add(std::move(feed), {});
    stage.tensors["input"] = stage.feed->output;
    if (recipe_.supervised) add_target(stage, "classes", "", 1, shape_.classes);
    add_targets(stage, section);
    for (const Section& item : section.sections("network")) add_layers(stage, item, scope_, widths_);
    for (const Section& item : section.sections("loss")) {
      if (compat_ && item.has("vicreg")) stage.gradient_scale = static_cast<double>(stage.batch);
      add_loss(stage, item, scope_, shape_.geometry);
    }
  }

  static void add_target(Stage& stage, const std::string& name, const std::string& column, double unit,
                         std::size_t features) {
    Target& target = *stage.targets.emplace_back(std::make_unique<Target>());
    target.name = name;
    target.column = column;
    target.unit = unit;
    target.table.features = features;
    target.feed = &stage.network.add(std::make_unique<Feed>(name, target.table), {});
    stage.tensors[name] = target.feed->output;
  }

  /// Columns of the data as tensors of one feature.
  void add_targets(Stage& stage, const Section& section) const {
    if (!section.has("targets")) return;
    if (recipe_.supervised)
      throw section.error("targets", "are columns of the background; `events: signals` has classes");
    const Section targets = section.section("targets");
    for (const std::string& name : targets.names()) {
      const Section target = targets.section(name);
      const double unit = number_at(target, "unit", scope_, 1.0);
      if (!(unit > 0)) throw target.error("unit", "must be above 0");
      if (stage.tensors.contains(name)) throw targets.error(name, "is a tensor already");
      add_target(stage, name, target.text("column"), unit, 1);
      target.refuse_unknown();
    }
  }

  void read_score(const Section& section) {
    Score& score = recipe_.score;
    score.stage = section.text("stage");
    const Stage& stage = recipe_.stage(score.stage);
    if (section.has("squared_distance")) {
      score.kind = Score::Kind::squared_distance;
      score.tensor = section.text("squared_distance");
      score.other = section.text("to");
      stage.tensor(score.other);
    } else if (section.has("sum_of_squares")) {
      score.kind = Score::Kind::sum_of_squares;
      score.tensor = section.text("sum_of_squares");
    } else if (section.has("mixture")) {
      score.kind = Score::Kind::mixture;
      score.tensor = section.text("mixture");
      read_mixture(section, stage.seed);
    } else {
      score.tensor = section.text("output");
      score.target = section.text("target", "");
      if (!score.target.empty()) stage.target(score.target);
    }
    stage.tensor(score.tensor);
    section.refuse_unknown();
  }

  void read_mixture(const Section& section, std::uint64_t seed) {
    MixtureFit& fit = recipe_.mixture_fit;
    const double components = number_at(section, "components", scope_),
                 events = number_at(section, "events", scope_, 1e5);
    if (!(components >= 1 && components <= 16)) throw section.error("components", "must be from 1 to 16");
    if (!(events >= 0 && events <= 1e9)) throw section.error("events", "must be from 0 (all) to 1e9");
    fit.options.components = static_cast<std::size_t>(components);
    fit.options.seed = seed;
    fit.events = static_cast<std::size_t>(events);
    fit.compat = compat_;
  }

  const Section& root_;
  Scope scope_;
  const DataShape& shape_;
  Widths widths_;
  bool compat_ = false;
  std::uint64_t seed_ = 0;
  Recipe recipe_;
};

}  // namespace

Stage& Recipe::stage(const std::string& stage_name) const {
  for (const auto& each : stages)
    if (each->name == stage_name) return *each;
  throw core::Error(core::ErrorCode::usage, "there is no stage '" + stage_name + "' here or before");
}

Recipe build_recipe(const std::string& text, const std::string& name, const config::Value& config,
                    const DataShape& shape) {
  const core::YamlNode root = core::parse_yaml(text, name);
  Recipe recipe = Builder(Section(root, name), config, shape).build();
  recipe.text = text;
  return recipe;
}

DataShape example_shape() {
  const std::size_t features = 3 * axol1tl_phi_bins().size();
  return {{std::vector<double>(features, 16.0), std::vector<double>(features, 0.0), axol1tl_phi_bins(),
           axol1tl_eta_units()},
          features,
          2};
}

std::string recipe_text(const std::string& name_or_path) {
  if (const std::string_view text = builtin_text(name_or_path); !text.empty()) return std::string(text);
  if (std::filesystem::exists(name_or_path)) return core::read_text(name_or_path, 1u << 20);
  const std::vector<std::string> names = builtin_recipes();
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
  const std::string near = core::nearest(name_or_path, names);
  throw core::Error(core::ErrorCode::usage, "there is no recipe and no file '" + name_or_path + "'")
      .remedy(near.empty() ? "Built in are " + all : "Did you mean '" + near + "'?");
}

}  // namespace trigloop::train
