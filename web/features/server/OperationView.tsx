import { Fact } from '../../ui/Voice.tsx'
import type { Operation, Schema } from './openapi.ts'
import styles from './ReferencePage.module.css'
import { fieldsOf, typeText } from './schema-text.ts'

type Props = {
  endpoint: { method: string; path: string; operation: Operation }
  schemas: Readonly<Record<string, Schema>>
}

/** What a route takes and what it answers. */
export function OperationView({ endpoint: { operation }, schemas }: Props) {
  const body = Object.entries(operation.requestBody?.content ?? {})
  return (
    <div className="small">
      {operation.description && <p>{operation.description}</p>}
      {operation['x-requires'] && (
        <p className="quiet">
          Needs the permission <Fact>{operation['x-requires']}</Fact>
        </p>
      )}
      {operation.parameters.length > 0 && (
        <>
          <h3 className={styles.part}>Parameters</h3>
          <ul className={styles.fields}>
            {operation.parameters.map((parameter) => (
              <li key={`${parameter.in}/${parameter.name}`}>
                <Fact>{parameter.name}</Fact>
                <span className="quiet">
                  {parameter.in}, {parameter.required ? 'needed' : 'optional'}, {typeText(parameter.schema, schemas)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {body.map(([type, content]) => (
        <Body key={type} title={`Takes ${type}`} schema={content.schema} schemas={schemas} />
      ))}
      {Object.entries(operation.responses).map(([status, response]) => {
        const [type, content] = Object.entries(response.content ?? {})[0] ?? []
        const title = `Answers ${status}${type ? ` ${type}` : ''}`
        return <Body key={status} title={title} schema={content?.schema} schemas={schemas} />
      })}
    </div>
  )
}

function Body(props: { title: string; schema: Schema | undefined; schemas: Props['schemas'] }) {
  const fields = fieldsOf(props.schema, props.schemas)
  return (
    <>
      <h3 className={styles.part}>{props.title}</h3>
      {fields.length === 0 ? (
        <span className="quiet">{props.schema ? typeText(props.schema, props.schemas) : 'no body'}</span>
      ) : (
        <ul className={styles.fields}>
          {fields.map((field) => (
            <li key={field.name}>
              <Fact>{field.name}</Fact>
              <span className="quiet">
                {field.type}
                {field.required ? '' : ', optional'}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
