import { randomInt, randomUUID } from 'node:crypto'

const adjectives =
  `able agile amber ample astute balanced blithe bold brave breezy bright brisk calm candid careful cheerful
clear clever crisp curious dapper daring deft eager earnest fair fearless fine fluent frank fresh gentle glad graceful grand
handsome hardy honest humble inquisitive jolly keen kind lively loyal lucid mellow merry mighty modest neat nimble noble
patient placid plucky polite proud quick quiet rapid rare respected robust selective serene sharp sincere sleek smart smooth
sober spirited stately steady sturdy subtle swift tidy tranquil trusty upbeat valiant vivid warm wise witty zealous`.split(
    /\s+/,
  )

const nouns =
  `ant badger bass bear bee bison boar calf cat chimp cod colt conch cow crab crane crow cub deer dog dove duck
eagle eel elk ewe falcon fawn finch fish fly fox frog gnat goat goose grouse gull hare hawk hen heron horse hound jay kit koi
lamb lark loon lynx mare mink mole moose moth mouse mule newt owl ox panda perch pig pike pug quail ram rat ray robin roo seal
shad shark sheep shrew shrimp skink skunk sloth slug snail snake snipe sow squid stag stork swan tern toad trout vole wasp
whale wolf worm wren yak zebra`.split(/\s+/)

/** A name for a run that was given none: adjective, animal, number. */
export function inventRunName(): string {
  return `${pick(adjectives)}-${pick(nouns)}-${randomInt(1000)}`
}

/** Run ids are 32 hexadecimal digits, as MLflow's clients expect. */
export const newRunId = () => randomUUID().replaceAll('-', '')

const pick = (words: readonly string[]) => words[randomInt(words.length)] ?? 'plain'
