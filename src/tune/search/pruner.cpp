#include "tune/search/pruner.hpp"

#include "tune/search/halving.hpp"
#include "tune/search/hyperband.hpp"
#include "tune/search/percentile.hpp"

namespace trigloop::tune {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 40;

class NoPruner final : public Pruner {
 public:
  Verdict judge(const History&, const Trial&) override { return {}; }
};

std::unique_ptr<Pruner> halving(const core::Section& s) {
  HalvingOptions o;
  o.min_resource = s.integer("min_resource", 1, most, o.min_resource);
  o.reduction = s.integer("reduction", 2, most, o.reduction);
  o.early = s.integer("early", 0, 60, o.early);
  o.bootstrap = s.integer("bootstrap", 0, most, o.bootstrap);
  return std::make_unique<HalvingPruner>(o);
}

std::unique_ptr<Pruner> hyperband(const core::Section& s) {
  HyperbandOptions o;
  o.min_resource = s.integer("min_resource", 1, most, o.min_resource);
  o.max_resource = s.integer("max_resource", 1, most, o.max_resource);
  o.reduction = s.integer("reduction", 2, most, o.reduction);
  o.bootstrap = s.integer("bootstrap", 0, most, o.bootstrap);
  return std::make_unique<HyperbandPruner>(o);
}

std::unique_ptr<Pruner> median(const core::Section& s) {
  PercentileOptions o;
  o.percentile = s.number("percentile", 0, 100, o.percentile);
  o.startup = s.integer("startup", 0, most, o.startup);
  o.warmup = s.integer("warmup", 0, most, o.warmup);
  o.interval = s.integer("interval", 1, most, o.interval);
  o.min_trials = s.integer("min_trials", 1, most, o.min_trials);
  return std::make_unique<PercentilePruner>(o);
}

}  // namespace

std::unique_ptr<Pruner> read_pruner(const core::Section& section) {
  const std::string name = section.choice("name", {"none", "asha", "hyperband", "median"});
  try {
    auto pruner = name == "asha"        ? halving(section)
                  : name == "hyperband" ? hyperband(section)
                  : name == "median"    ? median(section)
                                        : std::make_unique<NoPruner>();
    section.refuse_unknown();
    return pruner;
  } catch (const core::Error& e) {
    if (!e.file_name().empty()) throw;
    throw section.error("", e.reason());
  }
}

std::unique_ptr<Pruner> make_pruner(const std::string& name) {
  const core::YamlNode node = core::parse_yaml("name: " + name, "pruner");
  return read_pruner(core::Section(node, "pruner"));
}

}  // namespace trigloop::tune
