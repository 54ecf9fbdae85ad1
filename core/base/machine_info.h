// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace portrait {

// Resident memory of this process in MB (2^20 bytes); 0 where the system does not say.
double resident_memory_mb();
// Memory that could be taken without swapping, in MB, as Linux estimates it, and at most what is
// left of this process's control group; 0 where the system does not say.
double available_memory_mb();
// Gives memory that was freed, and is kept for what comes next, back to the system, so that the two
// above tell what is in use.
void return_free_memory();
// "AMD EPYC 9555 64-Core Processor"; "processor" where the system does not say.
std::string processor_name();

}  // namespace portrait
