# Out-of-context synthesis, placement and routing: vivado -mode batch -source synth.tcl [-tclargs PART]
# Writes utilization.rpt, timing.rpt and utilization_by_layer.rpt, which `trigloop deploy reports` reads.
source design.tcl
if {$argc > 0} { set part [lindex $argv 0] }
read_verilog [glob ../rtl/*.v]
read_xdc timing.xdc
synth_design -top $top -part $part -mode out_of_context -max_dsp 0 -max_bram 0 -flatten_hierarchy rebuilt
opt_design
place_design
phys_opt_design
route_design
report_utilization -hierarchical -hierarchical_depth 2 -file utilization_by_layer.rpt
report_utilization -file utilization.rpt
report_timing_summary -file timing.rpt
write_checkpoint -force $top.dcp
