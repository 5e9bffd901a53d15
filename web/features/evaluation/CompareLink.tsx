import { Link } from '@tanstack/react-router'

type Props = { model: string; a: number; b: number }

export function CompareLink({ model, a, b }: Props) {
  return (
    <Link to="/models/$name/compare" params={{ name: model }} search={{ a, b }} className="small">
      Compare {a} and {b}
    </Link>
  )
}
