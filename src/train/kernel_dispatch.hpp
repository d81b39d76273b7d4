#pragma once
// Makes a function of kernel_NAME the one that the machine runs best: the body is called through Highway's table.
#define TRIGLOOP_KERNEL(name, Name, parameters, arguments) \
  HWY_EXPORT(Name);                                        \
  void name parameters { HWY_DYNAMIC_DISPATCH(Name) arguments; }
