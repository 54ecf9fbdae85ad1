// SPDX-License-Identifier: Apache-2.0
#include "ui/ago_text.h"

#include <QCoreApplication>

namespace portrait {

QString ago_text(std::chrono::seconds age) {
  const auto tr = [](const char* text) { return QCoreApplication::translate("Ago", text); };
  const auto seconds = qlonglong(age.count());
  if (seconds < 3) return tr("just now");
  if (seconds < 60) return tr("%1 s ago").arg(seconds);
  if (seconds < 3600) return tr("%1 min ago").arg(seconds / 60);
  if (seconds < 24 * 3600) return tr("%1 h ago").arg(seconds / 3600);
  const qlonglong days = seconds / (24 * 3600);
  return days == 1 ? tr("yesterday") : tr("%1 days ago").arg(days);
}

}  // namespace portrait
