#pragma once
// A packed file of random events, and a configuration under which the built-in recipes train on it in a moment.
#include <filesystem>
#include <vector>

#include "config/config.hpp"
#include "core/random.hpp"
#include "train/arrays.hpp"

namespace trigloop::train::test {

/// A packed file of events of random hardware integers. HT is the sum of the first pts, 30 where these are at their
/// mean.
inline void write_packed(const std::filesystem::path& path, std::size_t events) {
  core::Philox random(4, 4);
  const auto rows = [&](std::size_t n) {
    std::vector<float> x(n * 57);
    for (float& v : x) v = static_cast<float>(random() % 161) / 16 - 5;
    return x;
  };
  const std::vector<float> train = rows(events), test = rows(events), signal = rows(200);
  std::vector<double> scale(57, 16.0), bias(57, 5.0), fired(events, 0.0), signal_fired(200, 0.0);
  ArrayWriter writer;
  const auto ht = [](const std::vector<float>& x) {
    std::vector<double> out;
    for (std::size_t e = 0; e < x.size() / 57; ++e)
      out.push_back(30 + static_cast<double>(x[57 * e] + x[57 * e + 3] + x[57 * e + 6]));
    return out;
  };
  const std::vector<double> train_ht = ht(train), test_ht = ht(test);
  writer.add("Background_data/Train", "DATA", std::span(train), 57);
  writer.add("Background_data/Train", "HT", train_ht);
  writer.add("Background_data/Test", "HT", test_ht);
  writer.add("Background_data/Test", "DATA", std::span(test), 57);
  writer.add("Background_data/Test", "L1bits", fired);
  writer.add("Signal_data/SIGNAL", "DATA", std::span(signal), 57);
  writer.add("Signal_data/SIGNAL", "L1bits", signal_fired);
  std::vector<float> other = signal;
  for (float& v : other) v = 4 - v / 2;
  writer.add("Signal_data/OTHER", "DATA", std::span(other), 57);
  writer.add("Signal_data/OTHER", "L1bits", signal_fired);
  writer.add("Normalisation", "norm_scale", scale);
  writer.add("Normalisation", "norm_bias", bias);
  writer.write(path);
}

inline config::Config small_config() {
  config::Config config = config::Config::master();
  for (const auto& [key, value] : {std::pair{"train.Contrastive_VAE.batch_size", "300"},
                                   {"train.Contrastive_VAE.epochs_contrastive", "3"},
                                   {"train.Contrastive_VAE.epochs_vae", "4"},
                                   {"lr_schedule.Contrastive_VAE.Contrastive_stage.config.warmup_epochs", "1"},
                                   {"lr_schedule.Contrastive_VAE.VAE_stage.config.warmup_epochs", "1"},
                                   {"train.Contrastive_VAE.optimiser_config_vae.learning_rate", "0.01"},
                                   {"train.Contrastive_VAE.optimiser_config_contrastive.learning_rate", "0.01"}})
    config.set(key, value);
  return config;
}

}  // namespace trigloop::train::test
