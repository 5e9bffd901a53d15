export type AdmissionTables = { admission_rules: AdmissionRulesRow }

/** `namespaces` is a JSON array. */
export type AdmissionRulesRow = { environment: string; namespaces: string; without_model: 'allow' | 'deny' }
