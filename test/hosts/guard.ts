import type { CanActivate, ExecutionContext } from '@nestjs/common';

/** Refuses the text `denied`, whatever brought it here. */
export class NotDenied implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return textIn(context) !== 'denied';
  }
}

function textIn(context: ExecutionContext): unknown {
  switch (context.getType<string>()) {
    case 'http':
      return context.switchToHttp().getRequest<{ query: { text?: string } }>().query.text;
    case 'graphql':
      return context.getArgByIndex<{ text: string }>(1).text;
    case 'ws':
      return context.switchToWs().getData();
    default:
      return context.switchToRpc().getData();
  }
}
