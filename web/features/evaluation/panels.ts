import type { ComponentType } from 'react'
import type { Evidence } from '../../../src/modules/evaluation/schema.ts'
import { ExplanationPanel } from './panels/ExplanationPanel.tsx'
import { FairnessPanel } from './panels/FairnessPanel.tsx'
import { MitigationPanel } from './panels/MitigationPanel.tsx'
import { PerformancePanel } from './panels/PerformancePanel.tsx'
import { PrivacyPanel } from './panels/PrivacyPanel.tsx'
import { RobustnessPanel } from './panels/RobustnessPanel.tsx'
import { SlicesPanel } from './panels/SlicesPanel.tsx'

/** How each kind of evidence is drawn. A panel reads `item.result` and shows it as it is where the shape is another. */
export const panels: Record<Evidence['kind'], ComponentType<{ item: Evidence }>> = {
  performance: PerformancePanel,
  fairness: FairnessPanel,
  explanation: ExplanationPanel,
  robustness: RobustnessPanel,
  privacy: PrivacyPanel,
  mitigation: MitigationPanel,
  slices: SlicesPanel,
}
