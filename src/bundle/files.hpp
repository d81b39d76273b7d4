#pragma once
// The parts of a bundle in an HDF5 file. What the package writes stands where it puts it; what is ours stands in the
// group `trigloop`, so that the package's readers go on as before (docs/formats.md, "lite.h5").
#include "bundle/bundle.hpp"
#include "bundle/put.hpp"
#include "bundle/tree.hpp"

namespace trigloop::bundle {

/// Thresholds, tables, histograms and history as in the package's files. Errors: damaged.
void read_results(const Tree& tree, Bundle& bundle);
void read_history(const Tree& tree, const std::string& group, Bundle& bundle);

/// The group `trigloop`, if it is there. Errors: damaged; those of the model's importer.
void read_extras(const Tree& tree, Bundle& bundle);
/// Efficiency tables below `group`, with the ends of their intervals from below `errors`.
std::vector<EfficiencyTable> read_tables(const Tree& tree, const std::string& group, const std::string& errors);

/// The counterparts of the readers above.
void put_results(Put& put, const Bundle& bundle);
void put_history(Put& put, const std::string& group, const Bundle& bundle);
void put_extras(Put& put, const Bundle& bundle);
/// Errors go below `errors`, which may be the same group.
void put_tables(Put& put, const std::string& group, const std::vector<EfficiencyTable>& tables);
void put_errors(Put& put, const std::string& group, const std::vector<EfficiencyTable>& tables);

/// Error(damaged), if lists that belong together differ in length.
void require_equal(std::size_t a, std::size_t b, const std::string& where);
/// The rate of colliding crossings that a configuration of the package tells (JSON); NaN if it does not.
double crossings_of(const std::string& config_json);

}  // namespace trigloop::bundle
