// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// This thread, and those that it starts from now on, step back behind others of the process by
// `nice` (1 to 19): each costs a tenth or so of a processor where two want the same one. A hint:
// nothing happens where the system has no such thing. There is no way back.
void step_back(int nice);

// Of the threads that share the processors with the window. What draws or computes for it must not
// hold its answers up; what draws goes behind what computes, and keeps enough for a few pictures a
// second.
inline constexpr int kWorkerNice = 5;
inline constexpr int kDrawingNice = 9;

}  // namespace portrait
