#include "simulate/batch.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace trigloop::simulate {
namespace {

using Values = std::array<std::int16_t, Objects::room>;

constexpr std::int16_t good_quality = 12;  // of every muon in the samples

void prepare(Collection& c, std::size_t capacity, int most, std::size_t properties) {
  c.count.resize_discard(capacity);
  c.offsets.resize_discard(capacity + 1);
  c.offsets[0] = 0;
  c.values.resize(properties);
  for (auto& values : c.values) values.resize_discard(capacity * static_cast<std::size_t>(most));
  c.items = 0;
}

/// Appends whole rows of 16 and advances by the count: the rest lies in the buffer's padding, or is overwritten next.
template <class... Rows>
void append(Collection& c, std::size_t entry, int count, const Rows&... rows) noexcept {
  std::size_t property = 0;
  (std::memcpy(c.values[property++].data() + c.items, rows.data(), sizeof(Values)), ...);
  c.count[entry] = count;
  c.items += static_cast<std::size_t>(count);
  c.offsets[entry + 1] = static_cast<std::uint32_t>(c.items);
}

/// The energy sums that follow from ET and missing ET by fixed rules, as in the samples.
void fill_sums(const Event& e, std::int32_t* pt) noexcept {
  constexpr int per_jet = 20;
  pt[static_cast<int>(Sum::total_et)] = e.total_et;
  pt[static_cast<int>(Sum::total_et_em)] = e.total_et / 3;
  pt[static_cast<int>(Sum::missing_et)] = e.met;
  pt[static_cast<int>(Sum::total_ht)] = std::min(e.ht, saturated_sum);
  pt[static_cast<int>(Sum::missing_ht)] = e.met / 2;
  pt[static_cast<int>(Sum::missing_et_hf)] = std::min(e.met + 3, saturated_sum);
  pt[static_cast<int>(Sum::missing_ht_hf)] = e.met / 2 + 2;
  pt[static_cast<int>(Sum::tower_count)] = per_jet * e.jets.count;
}

template <class T>
event::ColumnView scalar(const core::AlignedBuffer<T>& values, std::size_t entries) {
  return {event::type_of<T>(), false, 1, reinterpret_cast<const std::byte*>(values.data()), entries, {}};
}

template <class T>
event::ColumnView jagged(const core::AlignedBuffer<T>& values, std::span<const std::uint32_t> offsets) {
  return {event::type_of<T>(), true, 1, reinterpret_cast<const std::byte*>(values.data()), offsets.back(), offsets};
}

/// The first three properties (pt, eta, phi) of one collection into rows of `room` objects.
void scatter(const Collection& c, std::size_t entry, int room, std::int16_t* out) noexcept {
  const std::size_t first = c.offsets[entry];
  const auto count = std::min(static_cast<std::size_t>(c.count[entry]), static_cast<std::size_t>(room));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < 3; ++k) out[3 * i + k] = c.values[k][first + i];
  }
}

}  // namespace

void Batch::clear(std::size_t capacity) {
  entries_ = 0;
  for (auto* key : {&run_, &lumisection_, &bunch_, &orbit_}) key->resize_discard(capacity);
  prepare(muons_, capacity, max_muons, 5);
  prepare(egs_, capacity, max_egs, 4);
  prepare(taus_, capacity, max_taus, 4);
  prepare(jets_, capacity, max_jets, 4);
  pileup_.resize_discard(capacity);
  l1_.resize_discard(capacity);
  sum_pt_.resize_discard(energy_sums * capacity);
  sum_phi_.resize_discard(energy_sums * capacity);
  const std::size_t known = sum_count_.size();
  if (known >= capacity && known > 0) return;
  // What every event has alike is written once.
  sum_count_.resize_discard(capacity);
  sum_offsets_.resize_discard(capacity + 1);
  sum_type_.resize_discard(energy_sums * capacity);
  sum_offsets_[0] = 0;
  for (std::size_t i = 0; i < capacity; ++i) {
    sum_count_[i] = energy_sums;
    sum_offsets_[i + 1] = static_cast<std::uint32_t>(energy_sums * (i + 1));
    for (std::size_t k = 0; k < energy_sums; ++k) sum_type_[energy_sums * i + k] = static_cast<std::int32_t>(k);
  }
}

void Batch::push(const Event& e, const Crossing& crossing) noexcept {
  static constexpr Values quality = [] {
    Values all{};
    all.fill(good_quality);
    return all;
  }();
  static constexpr Values zero{};
  const std::size_t at = entries_++;
  assert(at < run_.size());
  run_[at] = crossing.run;
  lumisection_[at] = crossing.lumisection;
  bunch_[at] = crossing.bunch;
  orbit_[at] = crossing.orbit;
  append(muons_, at, e.muons.count, e.muons.pt, e.muons.eta, e.muons.phi, quality, e.muon_charge);
  append(egs_, at, e.egs.count, e.egs.pt, e.egs.eta, e.egs.phi, e.eg_isolation);
  append(jets_, at, e.jets.count, e.jets.pt, e.jets.eta, e.jets.phi, zero);
  Values tau_pt;  // taus are the four leading jets, with fewer bits
  for (std::size_t k = 0; k < tau_pt.size(); ++k) tau_pt[k] = std::min<std::int16_t>(e.jets.pt[k], saturated_lepton);
  append(taus_, at, std::min(e.jets.count, max_taus), tau_pt, e.jets.eta, e.jets.phi, e.tau_isolation);
  fill_sums(e, sum_pt_.data() + energy_sums * at);
  std::fill_n(sum_phi_.data() + energy_sums * at, energy_sums, e.met_phi);
  pileup_[at] = e.pileup;
  l1_[at] = e.l1;
}

event::Columns Batch::columns(std::uint64_t first_entry) const {
  event::Columns out;
  out.first_entry = first_entry;
  out.entries = entries_;
  for (const auto* key : {&run_, &lumisection_, &bunch_, &orbit_}) out.columns.push_back(scalar(*key, entries_));
  for (const Collection* c : {&muons_, &egs_, &taus_, &jets_}) {
    out.columns.push_back(scalar(c->count, entries_));
    for (const auto& values : c->values) out.columns.push_back(jagged(values, {c->offsets.data(), entries_ + 1}));
  }
  out.columns.push_back(scalar(sum_count_, entries_));
  for (const auto* sums : {&sum_pt_, &sum_phi_, &sum_type_})
    out.columns.push_back(jagged(*sums, {sum_offsets_.data(), entries_ + 1}));
  return out;
}

void Batch::fill_objects(std::int16_t* out) const noexcept {
  constexpr std::size_t row = 33 * 3;
  std::memset(out, 0, entries_ * row * sizeof(std::int16_t));
  for (std::size_t entry = 0; entry < entries_; ++entry, out += row) {
    out[0] = static_cast<std::int16_t>(sums(entry)[static_cast<int>(Sum::missing_et)]);
    out[2] = static_cast<std::int16_t>(sum_phis(entry)[static_cast<int>(Sum::missing_et)]);
    scatter(egs_, entry, max_egs, out + 3);
    scatter(muons_, entry, max_muons, out + 3 + 3 * max_egs);
    scatter(jets_, entry, max_jets, out + 3 + 3 * (max_egs + max_muons));
  }
}

}  // namespace trigloop::simulate
