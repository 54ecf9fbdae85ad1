// SPDX-License-Identifier: Apache-2.0
#include "ui/viewport/recovery_card.h"

#include "ui/ago_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace portrait {
namespace {
constexpr int kMost = 3;  // the page stays a page; the next ones move up
constexpr int kNameWidth = 200;
}  // namespace

RecoveryCard::RecoveryCard(QWidget* parent) : QFrame(parent), rows_(new QVBoxLayout(this)) {
  setObjectName("recovery");
  rows_->setContentsMargins(16, 12, 12, 12);
  rows_->setSpacing(12);
  hide();
}

void RecoveryCard::show_recoveries(const QList<Recovery>& recoveries) {
  // Later: this may be the answer to a click on one of the buttons that go.
  while (QLayoutItem* item = rows_->takeAt(0)) {
    item->widget()->hide();
    item->widget()->deleteLater();
    delete item;
  }
  count_ = int(recoveries.size());
  for (int i = 0; i < std::min(count_, kMost); ++i) rows_->addWidget(make_row(recoveries[i]));
  if (count_ > kMost) {
    auto* more = new QLabel(tr("and %1 more").arg(count_ - kMost));
    more->setObjectName("note");
    rows_->addWidget(more);
  }
  setVisible(count_ > 0);
}

QWidget* RecoveryCard::make_row(const Recovery& recovery) {
  auto* row = new QWidget;
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  auto* words = new QVBoxLayout;
  words->setSpacing(1);
  auto* name = new QLabel;
  name->setObjectName("strong");
  name->ensurePolished();
  const QString text = tr("Recovered: %1").arg(recovery.name);
  name->setText(name->fontMetrics().elidedText(text, Qt::ElideMiddle, kNameWidth));
  name->setToolTip(recovery.path);
  const auto age = std::chrono::seconds(
      std::max<qint64>(0, recovery.saved.secsTo(QDateTime::currentDateTime())));
  auto* when = new QLabel(tr("autosaved %1").arg(ago_text(age)));
  when->setObjectName("note");
  words->addWidget(name);
  words->addWidget(when);
  auto* open = new QPushButton(tr("Open"));
  open->setObjectName("openRecovery");
  open->setAccessibleName(tr("Open the recovered head %1").arg(recovery.name));
  auto* discard = new QPushButton(tr("Discard"));
  discard->setObjectName("discardRecovery");
  discard->setProperty("quiet", true);
  discard->setToolTip(tr("Puts it into the trash"));
  discard->setAccessibleName(tr("Discard the recovered head %1").arg(recovery.name));
  layout->addLayout(words, 1);
  layout->addWidget(open);
  layout->addWidget(discard);
  connect(open, &QPushButton::clicked, this,
          [this, path = recovery.path] { Q_EMIT open_chosen(path); });
  connect(discard, &QPushButton::clicked, this,
          [this, path = recovery.path] { Q_EMIT discard_chosen(path); });
  return row;
}

}  // namespace portrait
