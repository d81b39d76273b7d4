#include "simulate/scouting.hpp"

#include "core/in_order.hpp"
#include "simulate/batch.hpp"
#include "simulate/generator.hpp"
#include "simulate/process.hpp"
#include "simulate/timeline.hpp"

namespace trigloop::simulate {
namespace {

using event::Type;

void add_collection(io::TableSpec& table, const std::string& name, Type type, const std::vector<std::string>& fields) {
  table.columns.push_back({"n" + name, Type::int32, {}, ""});
  for (const std::string& field : fields) table.columns.push_back({name + "_" + field, type, {}, "n" + name});
}

/// Makes the events of a block, each at its crossing.
class BlockMaker {
 public:
  BlockMaker(const ScoutingOptions& options, const Timeline& timeline)
      : options_(options), timeline_(timeline), generator_(zero_bias(), options.seed) {}

  void operator()(const OrbitBlock& block, Batch& batch) const {
    batch.clear(block.events);
    const CrossingSampler& sampler = timeline_.sampler(block.lumisection);
    std::vector<std::uint16_t> kept;
    Event event;
    for (std::uint32_t k = 0; k < block.orbits; ++k) {
      const std::uint32_t orbit = block.first_orbit + k;
      sampler.sample(orbit, kept);
      for (const std::uint16_t bunch : kept) {
        if (batch.size() == block.events) return;
        const StreamPosition at{block.first_event + batch.size(), block.lumisection};
        // What happened in a crossing does not depend on which others are kept.
        const std::uint64_t number = std::uint64_t{orbit} << 12 | bunch;
        make_event(generator_, options_.drifts, options_.seed, number, at, event);
        batch.push(event, {options_.run, block.lumisection, bunch, orbit});
      }
    }
  }

 private:
  const ScoutingOptions& options_;
  const Timeline& timeline_;
  Generator generator_;
};

/// Counts what LuminosityBlocks tells.
class LumisectionTable {
 public:
  explicit LumisectionTable(std::uint32_t run) : run_(run) {}
  void add(const OrbitBlock& block) {
    if (numbers_.empty() || numbers_.back() != block.lumisection) {
      numbers_.push_back(block.lumisection);
      orbits_.push_back(0);
      runs_.push_back(run_);
    }
    orbits_.back() += block.orbits;
  }
  void write(io::Sink& sink, std::size_t table) {
    const std::size_t entries = numbers_.size();
    event::Columns cluster{0, entries, {}};
    for (auto* column : {&runs_, &numbers_, &orbits_}) {
      column->resize(entries + 32);  // views are followed by bytes that may be read
      cluster.columns.push_back(
          {Type::uint32, false, 1, reinterpret_cast<const std::byte*>(column->data()), entries, {}});
    }
    sink.append(table, cluster);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  std::uint32_t run_;
  std::vector<std::uint32_t> runs_, numbers_, orbits_;
};

}  // namespace

io::TableSpec scouting_events() {
  io::TableSpec table{"Events", "Events", {}};
  for (const char* key : {"run", "luminosityBlock", "bunchCrossing", "orbitNumber"})
    table.columns.push_back({key, Type::uint32, {}, ""});
  add_collection(table, "L1Mu", Type::int16, {"hwPt", "hwEtaAtVtx", "hwPhiAtVtx", "hwQual", "hwCharge"});
  add_collection(table, "L1EG", Type::int16, {"hwPt", "hwEta", "hwPhi", "hwIso"});
  add_collection(table, "L1Tau", Type::int16, {"hwPt", "hwEta", "hwPhi", "hwIso"});
  add_collection(table, "L1Jet", Type::int16, {"hwPt", "hwEta", "hwPhi", "hwQual"});
  add_collection(table, "L1EtSum", Type::int32, {"hwPt", "hwPhi", "etSumType"});
  return table;
}

io::TableSpec scouting_lumisections() {
  io::TableSpec table{"LuminosityBlocks", "LuminosityBlocks", {}};
  for (const char* key : {"run", "luminosityBlock", "nOrbits"}) table.columns.push_back({key, Type::uint32, {}, ""});
  return table;
}

ScoutingSummary write_scouting(const ScoutingOptions& options, io::Sink& sink, const Advance& advance) {
  const Timeline timeline(options);
  const std::vector<OrbitBlock>& blocks = timeline.blocks();
  const std::size_t events = sink.add_table(scouting_events());
  const std::size_t lumisections = sink.add_table(scouting_lumisections());
  const BlockMaker make(options, timeline);
  LumisectionTable seen(options.run);
  ScoutingSummary summary;
  core::run_in_order<Batch>(
      blocks.size(), options.threads, [&](std::uint64_t block, unsigned, Batch& batch) { make(blocks[block], batch); },
      [&](std::uint64_t block, const Batch& batch) {
        if (batch.size() > 0) sink.append(events, batch.columns(blocks[block].first_event));
        seen.add(blocks[block]);
        summary.events += batch.size();
        summary.orbits += blocks[block].orbits;
        for (const std::uint8_t fired : batch.l1()) summary.fired += fired;
        if (advance) advance(batch.size());
      });
  summary.lumisections = seen.size();
  seen.write(sink, lumisections);
  return summary;
}

}  // namespace trigloop::simulate
