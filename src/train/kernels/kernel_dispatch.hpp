#pragma once
// Makes a function of kernel_NAME the one that the machine runs best: the body is called through Highway's table.
#define TRIGLOOP_VALUE_KERNEL(type, name, Name, parameters, arguments) \
  HWY_EXPORT(Name);                                                    \
  type name parameters { return HWY_DYNAMIC_DISPATCH(Name) arguments; }
#define TRIGLOOP_KERNEL(name, Name, parameters, arguments) \
  TRIGLOOP_VALUE_KERNEL(void, name, Name, parameters, arguments)
