"""The wiring: six steps with a correction loop, and the exits beside them.

Nodes are thin: take the step's input out of the state, call the step, put its result back.
"""

from __future__ import annotations

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from chat2sql.config.vocabulary import TokenUsage
from chat2sql.graph import edges
from chat2sql.graph.approval import ApprovalRequest
from chat2sql.graph.conclude import conclude
from chat2sql.graph.errors import ModelUnavailable
from chat2sql.graph.readings import chosen, spelled_out, which_is_meant
from chat2sql.graph.state import (
    AskState,
    ExecuteInput,
    GenerateInput,
    PresentInput,
    RetrieveSchemaInput,
    RouteModelInput,
    Ruling,
    SelfCorrectInput,
    UnderstandInput,
)
from chat2sql.graph.steps import Steps

AskGraph = CompiledStateGraph[AskState, None, AskState, AskState]

RECURSION_LIMIT = 60
"""Far above the longest path (three corrections, each after a failed execution, a vote and two clarifications)."""

TIMES_ASKED = 3
"""How often the asker is asked which reading is meant: a reply may be none of the choices."""


class Nodes:
    """The graph's nodes over one implementation of the steps."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    async def understand(self, state: AskState) -> AskState:
        """Step 1."""
        understanding = await self._steps.understand(
            UnderstandInput(
                request=state["request"], as_of=state["as_of"], clarification=state.get("clarification")
            )
        )
        return {"understanding": understanding, "usage": _spent(state) + understanding.usage}

    async def retrieve_schema(self, state: AskState) -> AskState:
        """Step 2."""
        found = await self._steps.retrieve_schema(
            RetrieveSchemaInput(
                request=state["request"],
                understanding=state["understanding"],
                clarified=state.get("clarification") is not None,
            )
        )
        return {"schema_context": found}

    async def route_model(self, state: AskState) -> AskState:
        """Step 3."""
        route = await self._steps.route_model(
            RouteModelInput(
                request=state["request"],
                understanding=state["understanding"],
                schema_context=state["schema_context"],
            )
        )
        return {"route": route}

    async def generate(self, state: AskState) -> AskState:
        """Step 4. A model that stays down is left for the next one in the route."""
        verdict = state.get("verdict")
        undecided = verdict is not None and verdict.ruling is Ruling.UNDECIDED
        doubtful = verdict is not None and verdict.is_doubtful
        this_round = state["round"] if undecided or doubtful else state.get("round", -1) + 1
        escalates = edges.escalates(state)
        larger = state["route"].larger
        answered = state["draft"].model if verdict is not None else None
        models = larger if escalates or answered in larger else state["route"].models
        for position, model in enumerate(models):
            fallbacks_left = len(models) - position - 1
            try:
                draft = await self._steps.generate(
                    GenerateInput(
                        request=state["request"],
                        understanding=state["understanding"],
                        schema_context=state["schema_context"],
                        model=model,
                        round=this_round,
                        attempts=state.get("attempts", ()),
                        fallbacks_left=fallbacks_left,
                        draft=state["draft"] if undecided else None,
                    )
                )
            except ModelUnavailable:
                if fallbacks_left:
                    continue
                if not escalates:
                    raise
                # What there is stands, and no larger model is asked again.
                return {"route": state["route"].model_copy(update={"larger": ()})}
            break
        return {
            "draft": draft,
            "round": this_round,
            "usage": _spent(state) + draft.usage,
            "approval": None,
            "execution": None,
        }

    async def self_correct(self, state: AskState) -> AskState:
        """Step 5."""
        execution = state.get("execution")
        ran = execution is not None and execution.error is not None
        # What failed is what was elected or chosen, not what was written first.
        draft = state["draft"].model_copy(update={"sql": state["verdict"].sql}) if ran else state["draft"]
        verdict = await self._steps.self_correct(
            SelfCorrectInput(
                request=state["request"],
                schema_context=state["schema_context"],
                draft=draft,
                round=state["round"],
                execution_error=execution.error if execution else None,
                question=draft.question or state["understanding"].standalone,
            )
        )
        if verdict.ruling is Ruling.WRONG and verdict.attempt:
            return {"verdict": verdict, "attempts": (*state.get("attempts", ()), verdict.attempt)}
        return {"verdict": verdict}

    async def execute(self, state: AskState) -> AskState:
        """Step 6."""
        approval = state.get("approval")
        execution = await self._steps.execute(
            ExecuteInput(
                request=state["request"],
                schema_context=state["schema_context"],
                sql=state["verdict"].sql,
                round=state["round"],
                approved=approval is not None and approval.approved,
            )
        )
        return {"execution": execution}

    async def clarify(self, state: AskState) -> AskState:
        """Beside the path: a question back."""
        understanding, found = state["understanding"], state.get("schema_context")
        in_data = found is not None and understanding.question_back is None
        asked = found.question_back if found is not None and in_data else understanding.question_back
        text = asked.to(understanding.language) if asked else ""
        # Asked once: an answer that is still ambiguous ends with the question back.
        answer = None if state.get("clarification") else await self._steps.clarify(state["request"], text)
        if answer is not None and found is not None and in_data:
            answer = spelled_out(answer, found.choices, understanding.language)
        return {"clarification": answer}

    async def choose(self, state: AskState) -> AskState:
        """Beside the path: a question back where the votes split, with what the question may mean."""
        verdict = state["verdict"]
        asked = which_is_meant(verdict.readings).to(state["understanding"].language)
        for _ in range(TIMES_ASKED):
            reply = await self._steps.clarify(state["request"], asked)
            if reply is None:
                break
            settled = chosen(verdict, reply)
            if settled is not None:
                return {"verdict": settled, "asked_which": True}
        # Nobody says which: the likeliest stands, with the others beside it.
        return {"asked_which": True}

    async def approve(self, state: AskState) -> AskState:
        """Beside the path: a person decides about this very SQL."""
        verdict = state["verdict"]
        decision = await self._steps.approve(
            state["request"],
            ApprovalRequest(
                sql=verdict.sql,
                datasource=state["schema_context"].datasource,
                reason=verdict.approval_reason,
                estimated_rows=verdict.estimated_rows,
                estimated_cost=verdict.estimated_cost,
            ),
        )
        return {"approval": decision}

    async def present(self, state: AskState) -> AskState:
        """After the path: words and chart."""
        presentation = await self._steps.present(
            PresentInput(
                request=state["request"],
                understanding=state["understanding"],
                schema_context=state["schema_context"],
                sql=state["verdict"].sql,
                execution=state["execution"],
                confidence=state["verdict"].confidence,
            )
        )
        return {"presentation": presentation}

    async def conclude(self, state: AskState) -> AskState:
        """The end of every path: the answer."""
        return {"answer": conclude(state)}


def build(steps: Steps) -> AskGraph:
    """The compiled graph over an implementation of the steps."""
    nodes = Nodes(steps)
    graph: StateGraph[AskState, None, AskState, AskState] = StateGraph(AskState)
    graph.add_node("understand", nodes.understand)
    graph.add_node("retrieve_schema", nodes.retrieve_schema)
    graph.add_node("route_model", nodes.route_model)
    graph.add_node("generate", nodes.generate)
    graph.add_node("self_correct", nodes.self_correct)
    graph.add_node("execute", nodes.execute)
    graph.add_node("clarify", nodes.clarify)
    graph.add_node("choose", nodes.choose)
    graph.add_node("approve", nodes.approve)
    graph.add_node("present", nodes.present)
    graph.add_node("conclude", nodes.conclude)

    graph.add_edge(START, "understand")
    graph.add_conditional_edges(
        "understand", edges.after_understand, ["retrieve_schema", "clarify", "conclude"]
    )
    graph.add_conditional_edges("clarify", edges.after_clarify, ["understand", "conclude"])
    graph.add_conditional_edges(
        "retrieve_schema", edges.after_retrieve_schema, ["route_model", "clarify", "conclude"]
    )
    graph.add_edge("route_model", "generate")
    graph.add_edge("generate", "self_correct")
    graph.add_conditional_edges(
        "self_correct", edges.after_self_correct, ["execute", "approve", "generate", "choose", "conclude"]
    )
    graph.add_conditional_edges("choose", edges.after_self_correct, ["execute", "approve"])
    graph.add_conditional_edges("approve", edges.after_approve, ["execute", "conclude"])
    graph.add_conditional_edges("execute", edges.after_execute, ["present", "self_correct"])
    graph.add_edge("present", "conclude")
    graph.add_edge("conclude", END)
    return graph.compile()


def _spent(state: AskState) -> TokenUsage:
    return state.get("usage", TokenUsage())
