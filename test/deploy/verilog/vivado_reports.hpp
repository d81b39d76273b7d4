#pragma once
// Reports in the format of Vivado's report_utilization (of the whole, by hierarchy) and report_timing_summary.

namespace trigloop::test {

inline constexpr const char* utilization_report = R"(Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
---------------------------------------------------------------------------------------------------------
| Tool Version : Vivado v.2022.2 (lin64) Build 3671981 Fri Oct 14 04:59:54 MDT 2022
| Date         : Thu Mar 19 10:11:12 2026
| Command      : report_utilization -file utilization.rpt
| Design       : network
| Device       : xc7vx690tffg1927-2
| Speed File   : -2
| Design State : Routed
---------------------------------------------------------------------------------------------------------

1. Slice Logic
--------------

+----------------------------+-------+-------+------------+-----------+-------+
|          Site Type         |  Used | Fixed | Prohibited | Available | Util% |
+----------------------------+-------+-------+------------+-----------+-------+
| Slice LUTs                 | 18234 |     0 |          0 |    433200 |  4.21 |
|   LUT as Logic             | 18234 |     0 |          0 |    433200 |  4.21 |
| Slice Registers            |   519 |     0 |          0 |    866400 |  0.06 |
+----------------------------+-------+-------+------------+-----------+-------+

3. Memory
---------

+----------------+------+-------+------------+-----------+-------+
|    Site Type   | Used | Fixed | Prohibited | Available | Util% |
+----------------+------+-------+------------+-----------+-------+
| Block RAM Tile |    0 |     0 |          0 |      1470 |  0.00 |
+----------------+------+-------+------------+-----------+-------+

4. DSP
------

+-----------+------+-------+------------+-----------+-------+
| Site Type | Used | Fixed | Prohibited | Available | Util% |
+-----------+------+-------+------------+-----------+-------+
| DSPs      |    2 |     0 |          0 |      3600 |  0.06 |
+-----------+------+-------+------------+-----------+-------+

7. Primitives
-------------

+----------+------+---------------------+
| Ref Name | Used | Functional Category |
+----------+------+---------------------+
| LUT6     | 9876 |                 LUT |
| CARRY4   | 1528 |          CarryLogic |
+----------+------+---------------------+
)";

inline constexpr const char* hierarchy_report = R"(Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
---------------------------------------------------------------------------------------------------------
| Tool Version : Vivado v.2022.2 (lin64) Build 3671981 Fri Oct 14 04:59:54 MDT 2022
| Command      : report_utilization -hierarchical -hierarchical_depth 2 -file utilization_by_layer.rpt
| Design       : network
| Device       : xc7vx690tffg1927-2
| Design State : Routed
---------------------------------------------------------------------------------------------------------

1. Utilization by Hierarchy
---------------------------

+------------------------+--------------------+------------+------------+---------+------+-----+--------+--------+--------------+
|        Instance        |       Module       | Total LUTs | Logic LUTs | LUTRAMs | SRLs | FFs | RAMB36 | RAMB18 | DSP48 Blocks |
+------------------------+--------------------+------------+------------+---------+------+-----+--------+--------+--------------+
| network                |              (top) |      18234 |      18234 |       0 |    0 | 519 |      0 |      1 |            2 |
|   (network)            |              (top) |         12 |         12 |       0 |    0 |  18 |      0 |      0 |            0 |
|   u_network_hidden     |     network_hidden |      16222 |      16222 |       0 |    0 | 501 |      0 |      1 |            0 |
|     t_square_7         |     network_table1 |         11 |         11 |       0 |    0 |   0 |      0 |      0 |            0 |
|   u_network_distance   |   network_distance |       2000 |       2000 |       0 |    0 |   0 |      0 |      0 |            2 |
+------------------------+--------------------+------------+------------+---------+------+-----+--------+--------+--------------+


* Note: The sum of lower-level cells may be larger than their parent cells total, due to cross-hierarchy LUT combining
)";

inline constexpr const char* timing_report = R"(
------------------------------------------------------------------------------------------------
| Design Timing Summary
| ---------------------
------------------------------------------------------------------------------------------------

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  THS Failing Endpoints  THS Total Endpoints
    -------      -------  ---------------------  -------------------      -------      -------  ---------------------  -------------------
      1.234        0.000                      0                  537        0.067        0.000                      0                  537


All user specified timing constraints are met.


------------------------------------------------------------------------------------------------
| Clock Summary
| -------------
------------------------------------------------------------------------------------------------

Clock  Waveform(ns)       Period(ns)      Frequency(MHz)
-----  ------------       ----------      --------------
clk    {0.000 12.500}     25.000          40.000
)";

}  // namespace trigloop::test
