// What each command does to the page; those that are not here are moves of the walk.
import { $ } from "./elements.mjs";
import { magnitude } from "./arrays.mjs";
import { changeTheme } from "./theme.mjs";

const PAN = 80;

/** Commands by name. */
export const COMMANDS = {
  into: (app) => app.into(),
  runTo: (app) => app.runTo(),
  continue: (app) => app.go(app.walk.continued(app.step, app.stops, 1)),
  reverseContinue: (app) => app.go(app.walk.continued(app.step, app.stops, -1)),
  breakpoint: (app) => app.switchStop(),
  play: (app) => app.play(),
  askIteration: (app) => {
    if (app.walk.turns(app.step).length) app.finder.ask("iteration ");
    else app.say("the cursor is in no loop");
  },
  search: (app) => app.finder.ask(),
  nextHit: (app) => app.finder.next(1),
  previousHit: (app) => app.finder.next(-1),
  where: (app) => {
    app.pick(null);
    app.reveal();
  },
  selectUser: (app) => app.neighbour("users"),
  selectOperand: (app) => app.neighbour("operands"),
  jump: (app) => app.jump(),
  toggle: (app) => app.toggleSelected(),
  openAll: (app) => app.toggleAll(true),
  closeAll: (app) => app.toggleAll(false),
  direction: (app) => app.turn(),
  zoomIn: ({ stage }) => stage.panning.zoom(1.25),
  zoomOut: ({ stage }) => stage.panning.zoom(0.8),
  fit: ({ stage }) => stage.fit(),
  panLeft: ({ stage }) => stage.panning.pan(PAN, 0),
  panRight: ({ stage }) => stage.panning.pan(-PAN, 0),
  panUp: ({ stage }) => stage.panning.pan(0, PAN),
  panDown: ({ stage }) => stage.panning.pan(0, -PAN),
  showArray: ({ side }) => side.showArray(),
  nextWhat: (app) => app.side.nextWhat(),
  nextFormat: (app) => app.side.nextFormat(),
  askSlice: (app) => app.side.askSlice(),
  askElement: (app) => {
    if (app.chosenArray()) app.finder.ask("element ");
    else app.say("the page has no elements of this value");
  },
  greatest: (app) => app.followBest((a, i, best) => best < 0 || magnitude(a, i) > magnitude(a, best)),
  least: (app) => app.followBest((a, i, best) => best < 0 || magnitude(a, i) < magnitude(a, best)),
  trouble: (app) => app.followBest((a, i, best) => best < 0 && !Number.isFinite(magnitude(a, i))),
  copyNumpy: (app) => app.side.copy(true),
  copyLists: (app) => app.side.copy(false),
  paneGraph: () => $("graph").focus(),
  paneInspector: ({ side }) => side.pickTab("inspector", true),
  paneChain: ({ side }) => side.pickTab("chain", true),
  paneSource: ({ side }) => side.pickTab("source", true),
  paneJaxpr: ({ side }) => side.pickTab("jaxpr", true),
  theme: (app) => {
    changeTheme();
    app.shown();
  },
  help: () => $("help").showModal(),
  leave: (app) => {
    app.finder.clear();
    app.side.look.input.blur();
    app.pick(null);
  },
};
