#include "tune/search/sampler.hpp"

#include "tune/search/random_sampler.hpp"

namespace trigloop::tune {

std::unique_ptr<Sampler> read_sampler(const core::Section& section, std::uint64_t seed) {
  const std::string name = section.choice("name", {"random"});
  std::unique_ptr<Sampler> sampler = std::make_unique<RandomSampler>(seed);
  section.refuse_unknown();
  return sampler;
}

std::unique_ptr<Sampler> make_sampler(const std::string& name, std::uint64_t seed) {
  const core::YamlNode node = core::parse_yaml("name: " + name, "sampler");
  return read_sampler(core::Section(node, "sampler"), seed);
}

}  // namespace trigloop::tune
