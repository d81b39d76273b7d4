#include "tune/search/sampler.hpp"

#include "tune/search/gp_sampler.hpp"
#include "tune/search/nsga2_sampler.hpp"
#include "tune/search/random_sampler.hpp"
#include "tune/search/sobol_sampler.hpp"
#include "tune/search/tpe.hpp"

namespace trigloop::tune {
namespace {

std::unique_ptr<Sampler> tpe(const core::Section& s, std::uint64_t seed) {
  TpeOptions o;
  o.startup = s.integer("startup", 0, 1'000'000, o.startup);
  o.candidates = s.integer("candidates", 1, 100'000, o.candidates);
  o.good_share = s.number("good_share", 1e-6, 1, o.good_share);
  o.sharpness = s.number("sharpness", 1e-6, 1e6, o.sharpness);
  o.least_step = s.number("least_step", 0, 1e3, o.least_step);
  o.multivariate = s.flag("multivariate", o.multivariate);
  o.constant_liar = s.flag("constant_liar", o.constant_liar);
  return std::make_unique<TpeSampler>(seed, o);
}

std::unique_ptr<Sampler> nsga2(const core::Section& s, std::uint64_t seed) {
  Nsga2Options o;
  o.population = s.integer("population", 2, 100'000, o.population);
  o.crossover = s.number("crossover", 0, 1, o.crossover);
  o.swapping = s.number("swapping", 0, 1, o.swapping);
  return std::make_unique<Nsga2Sampler>(seed, o);
}

std::unique_ptr<Sampler> gp(const core::Section& s, std::uint64_t seed) {
  GpOptions o;
  o.startup = s.integer("startup", 2, 10'000, o.startup);
  o.trials = s.integer("trials", 10, 2000, o.trials);
  return std::make_unique<GpSampler>(seed, o);
}

std::unique_ptr<Sampler> named(const std::string& name, const core::Section& section, std::uint64_t seed) {
  if (name == "tpe") return tpe(section, seed);
  if (name == "gp") return gp(section, seed);
  if (name == "nsga2") return nsga2(section, seed);
  if (name == "sobol") return std::make_unique<SobolSampler>(seed);
  return std::make_unique<RandomSampler>(seed);
}

}  // namespace

std::unique_ptr<Sampler> read_sampler(const core::Section& section, std::uint64_t seed) {
  const std::string name = section.choice("name", {"random", "sobol", "tpe", "nsga2", "gp"});
  auto sampler = named(name, section, seed);
  section.refuse_unknown();
  return sampler;
}

std::unique_ptr<Sampler> make_sampler(const std::string& name, std::uint64_t seed) {
  const core::YamlNode node = core::parse_yaml("name: " + name, "sampler");
  return read_sampler(core::Section(node, "sampler"), seed);
}

}  // namespace trigloop::tune
