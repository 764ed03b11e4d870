import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from 'embedded-kafka';

import { reached } from '../../support/reached.js';
import { controllerOf, electLeaders, NODES, raiseMinInSync, shuffled } from './node-troubles.js';
import type { ProxiedKafka } from './proxied-kafka.js';
import type { FrameAction, Side } from './proxy-strikes.js';
import type { NodeScene, Trouble } from './trouble.js';

const TIMES = 4;
const UNTIL_STRUCK_MS = 20_000;
/** Each request and each answer of the producer, while the nodes have troubles of their own. */
const RATE = 0.005;

/** One way after the other in which a network fails produce requests and their answers, in an order of the seed's. */
export function wireTroubles(proxied: ProxiedKafka, random: Random, requestTimeoutMs: number): Trouble[] {
  const lateMs = requestTimeoutMs + 200;
  const ways: readonly (readonly [side: Side, action: FrameAction, noticed?: () => number])[] = [
    ['request', { kind: 'cut-before' }],
    ['request', { kind: 'cut-within' }],
    ['request', { kind: 'cut-after' }],
    ['request', { kind: 'deliver-late', delayMs: random.integer(50, 600) }],
    ['request', { kind: 'black-hole' }],
    ['request', { kind: 'delay', delayMs: lateMs }],
    ['request', { kind: 'fragment', pieceBytes: random.integer(1, 30) }, () => proxied.strikes.hits],
    ['response', { kind: 'cut-before' }],
    ['response', { kind: 'cut-within' }],
    // Only what else is under way is lost, if anything is: the connection is.
    ['response', { kind: 'cut-after' }, () => proxied.accepted],
    ['response', { kind: 'black-hole' }],
    ['response', { kind: 'delay', delayMs: lateMs }],
    ['response', { kind: 'fragment', pieceBytes: random.integer(1, 10) }, () => proxied.strikes.hits],
  ];
  const troubles = ways.map(([side, action, noticed]): Trouble => {
    const strike = async (): Promise<void> => {
      const until = proxied.strikes.hits + TIMES;
      proxied.strikes.arm(side, action, { skip: random.integer(0, 20), times: TIMES });
      await soon(() => proxied.strikes.hits >= until);
      // What is noticed by its absence is noticed then.
      if (action.kind === 'black-hole' || action.kind === 'delay') await delay(lateMs);
    };
    const name = `${side} ${action.kind}`;
    return noticed === undefined ? { name, make: strike } : { name, make: strike, noticed };
  });
  return shuffled(troubles, random);
}

/** What happens to the nodes while frames are struck at random, each proven by what the clients were answered. */
export function clusterTroubles(proxied: ProxiedKafka, random: Random, requestTimeoutMs: number): Trouble[] {
  const { strikes } = proxied;
  const movedAway = (): number => strikes.refusalsOf('NOT_LEADER_OR_FOLLOWER', 'UNKNOWN_TOPIC_OR_PARTITION');
  const tooFew = (): number => strikes.refusalsOf('NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND');
  const struck = (make: Trouble['make']): Trouble['make'] => {
    return async (scene) => {
      strikes.strikeAtRandom(random.fork(), RATE);
      await make(scene);
      strikes.clear();
    };
  };
  const troubles: readonly Trouble[] = [
    { name: 'leaders elected', make: electLeaders, noticed: movedAway },
    { name: 'replicas moved', make: ({ admin, topic }) => admin.moveReplicas(topic), noticed: movedAway },
    { name: 'two nodes of three down', make: killTwo },
    {
      name: 'fewer in sync than wanted',
      make: (scene) => {
        const before = tooFew();
        return raiseMinInSync(scene, () => soon(() => tooFew() > before));
      },
      noticed: tooFew,
    },
    {
      name: 'half-open connections',
      make: async () => {
        const heal = random.pick(proxied.proxies).blackHole();
        await delay(requestTimeoutMs + random.integer(300, 1_500));
        heal();
      },
    },
  ];
  // Not struck: the only connection of a client to that node might be gone before the node ends it.
  const restart: Trouble = {
    name: 'controller restarted',
    make: (scene) => restartController(proxied, scene),
    noticed: () => proxied.hungUp,
  };
  const all = [...troubles.map((trouble) => ({ ...trouble, make: struck(trouble.make) })), restart];
  return shuffled(all, random);
}

/**
 * A controlled shutdown: the controller hands its leaderships over, of which it is given some before, and another node takes its place. Clients are hung up on,
 * and may have learnt who leads before they ask anybody who does not any more.
 */
async function restartController(proxied: ProxiedKafka, { kafka, admin, topic }: NodeScene): Promise<void> {
  await admin.rotateLeaders(topic);
  const controller = await controllerOf(kafka);
  await soon(() => proxied.proxyOf(controller).connected > 0);
  await kafka.node(controller).restart();
}

/** Neither a quorum of controllers nor enough in-sync replicas is left. */
async function killTwo({ kafka, random }: NodeScene): Promise<void> {
  const survivor = random.pick(NODES);
  const dead = NODES.filter((id) => id !== survivor).map((id) => kafka.node(id));
  await Promise.all(dead.map((node) => node.kill()));
  await delay(random.integer(500, 2_000));
  await Promise.all(dead.map((node) => node.start()));
}

function soon(condition: () => boolean): Promise<void> {
  return reached(condition, UNTIL_STRUCK_MS, 'something was struck');
}
