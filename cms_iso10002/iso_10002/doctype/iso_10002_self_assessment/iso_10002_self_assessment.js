// Thin on purpose: rules, caps and progress are worked out in Python; this shows, asks and passes on.
frappe.provide("cms_iso10002");

frappe.ui.form.on("ISO 10002 Self Assessment", {
	onload(frm) {
		if (frm.is_new()) {
			// Frappe begins a mandatory table with an empty row
			const first = (frm.doc.assessors || [])[0] || frm.add_child("assessors");
			first.user = first.user || frappe.session.user;
			frm.refresh_field("assessors");
		}
		// Frappe has no event of its own for tabs before 15.1
		$(frm.wrapper)
			.off("shown.bs.tab.iso")
			.on("shown.bs.tab.iso", '[data-fieldname="tab_summary"]', () => frm.trigger("show_summary"));
	},

	refresh(frm) {
		if (frm.is_new() || !frm.doc.__onload?.board) return;
		frm.iso_board = new cms_iso10002.AssessmentBoard(frm, frm.doc.__onload.board);
		frm.trigger("add_buttons");
		if (frm.get_field("summary").$wrapper.is(":visible")) frm.trigger("show_summary");
	},

	show_summary(frm) {
		if (frm.is_new()) return;
		cms_iso10002
			.ask("cms_iso10002.iso_10002.assessment.board.get_summary", { assessment: frm.doc.name })
			.then((html) => frm.get_field("summary").$wrapper.html(html));
	},

	add_buttons(frm) {
		const may = frm.doc.__onload.board.may;
		const move = (method, values) =>
			cms_iso10002
				.ask("cms_iso10002.iso_10002.assessment.lifecycle." + method, {
					assessment: frm.doc.name,
					...values,
				})
				.then(() => frm.reload_doc());
		// Frappe offers Submit to everybody who may submit; approving is for the approver
		if (frm.doc.docstatus === 0 && !frm.is_dirty()) {
			frm.page.clear_primary_action();
			frm.dashboard.clear_comment();
		}
		if (may.collect) {
			frm.add_custom_button(__("Collect Evidence"), () => frm.iso_board.collect());
			frm.page.add_menu_item(__("Add New Questions"), () =>
				cms_iso10002
					.ask("cms_iso10002.iso_10002.assessment.filling.add_new_questions", {
						assessment: frm.doc.name,
					})
					.then((added) => {
						frappe.show_alert(__("{0} questions added", [added]));
						frm.reload_doc();
					})
			);
		}
		if (may.send && !frm.is_dirty())
			frm.page.set_primary_action(__("Send for Review"), () => move("send_for_review"));
		if (may.return)
			frm.add_custom_button(__("Return to Draft"), () =>
				cms_iso10002.prompt(
					{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
					(values) => move("return_to_draft", values),
					__("Return to Draft"),
					__("Return", null, "ISO 10002 Self Assessment")
				)
			);
		if (may.approve)
			frm.page.set_primary_action(__("Approve"), () =>
				frappe.confirm(
					__("Approve this assessment? Answers and evidence are frozen as they are."),
					() => move("approve")
				)
			);
	},
});

cms_iso10002.AssessmentBoard = class {
	constructor(frm, board) {
		this.frm = frm;
		this.board = board;
		this.rows = {};
		for (const group of board.groups)
			for (const clause of group.clauses)
				for (const row of clause.rows) this.rows[row.name] = { ...row, clause };
		this.queue = Promise.resolve();
		this.kept = frm.iso_board?.frm.doc.name === board.name ? frm.iso_board.state() : {};
		frappe.require("/assets/cms_iso10002/css/self_assessment.css");
		this.render();
	}

	// Showing

	render() {
		const field = this.frm.get_field("board");
		field.$wrapper.html(
			frappe.render_template("iso_10002_self_assessment_board", {
				board: this.board,
				head: (row) => this.part("head", row),
			})
		);
		this.$root = field.$wrapper.find(".iso-board");
		this.$root.css("--iso-tabs", ($(this.frm.wrapper).find(".form-tabs-list").outerHeight() || 0) + "px");
		this.bind();
		this.show_progress(this.board.progress);
		this.show_collecting(this.board.evidence);
		this.$root.find(".iso-open-only").prop("checked", !!this.kept.open_only);
		this.$root.find(".iso-filter").val(this.kept.filter || "");
		this.filter();
		if (this.kept.active) this.activate(this.$row(this.kept.active), false);
	}

	state() {
		return {
			open_only: this.$root.find(".iso-open-only").prop("checked"),
			filter: this.$root.find(".iso-filter").val(),
			active: this.active,
		};
	}

	part(name, row) {
		return frappe.render_template("iso_10002_self_assessment_" + name, { row, board: this.board });
	}

	$row(name) {
		return this.$root.find(`.iso-row[data-row="${CSS.escape(name)}"]`);
	}

	show_progress(progress) {
		const counted = (one) =>
			__("{0} of {1} answered", [one.answered, one.applicable]) +
			(one.open ? " · " + __("{0} to complete", [one.open]) : "");
		this.$root.find(".iso-progress-text").text(counted(progress));
		const share = progress.applicable ? (100 * progress.answered) / progress.applicable : 0;
		this.$root.find(".iso-progress .progress-bar").css("width", share + "%").attr("aria-valuenow", Math.round(share));
		for (const [name, one] of Object.entries(progress.groups)) {
			const $group = this.$root.find(`.iso-group[data-group="${CSS.escape(name)}"]`);
			$group.find(".iso-group-progress").text(counted(one));
			$group.find(".iso-group-score").text(one.score ? __("Score {0}", [one.score]) : "");
		}
	}

	filter() {
		const open_only = this.$root.find(".iso-open-only").prop("checked");
		const text = (this.$root.find(".iso-filter").val() || "").toLowerCase().trim();
		this.$root.find(".iso-row").each((_, element) => {
			const row = this.rows[element.dataset.row];
			const words = [row.text, row.question, row.clause.number, row.clause.title].join(" ").toLowerCase();
			element.hidden = (open_only && !row.problems.length) || (text && !words.includes(text));
		});
		for (const box of [".iso-clause", ".iso-group"])
			this.$root.find(box).each((_, element) => {
				element.hidden = !element.querySelector(".iso-row:not([hidden])");
			});
		this.$root.find(".iso-none").prop("hidden", !!this.$root.find(".iso-row:not([hidden])").length);
	}

	activate($row, focus = true) {
		if (!$row.length) return;
		const name = $row.attr("data-row");
		if (this.active !== name) {
			this.$root.find(".iso-row.is-active").removeClass("is-active").find(".iso-edit, .iso-foot").empty();
			this.active = name;
			$row.addClass("is-active");
			$row.find(".iso-edit").html(this.part("edit", this.rows[name]));
			$row.find(".iso-foot").html(this.part("foot", this.rows[name]));
			$row.find("textarea").each((_, area) => this.fit(area));
		}
		if (focus) {
			$row[0].focus({ preventScroll: true });
			$row[0].scrollIntoView({ block: "nearest" });
		}
	}

	// As high as what stands in it.
	fit(area) {
		area.style.height = "auto";
		area.style.height = Math.min(area.scrollHeight + 4, 220) + "px";
	}

	// Events

	bind() {
		const on = (event, selector, handler) =>
			this.$root.on(event, selector, (e) => handler(e.currentTarget, $(e.currentTarget).closest(".iso-row"), e));
		on("click", ".iso-row", (_, $row, e) =>
			this.activate($row, !$(e.target).closest("a, button, summary, textarea, input").length)
		);
		on("click", "[data-maturity]", (button, $row) => this.set_maturity($row, button.dataset.maturity));
		on("click", "[data-status]", (button, $row) => this.set_status($row, button.dataset.status));
		on("change", "textarea[data-field]", (area, $row) =>
			this.save($row.attr("data-row"), { [area.dataset.field]: area.value })
		);
		on("input", "textarea[data-field]", (area) => this.fit(area));
		on("click", "[data-do]", (button, $row) => this[button.dataset.do]($row.attr("data-row"), button));
		on("click", ".iso-figure-link", (link, _, e) => this.open_records(link, e));
		on("change", ".iso-open-only", () => this.filter());
		on("input", ".iso-filter", () => this.filter());
		on("click", ".iso-group-head", (head) => $(head).closest(".iso-group").toggleClass("is-closed"));
		this.$root.on("keydown", (e) => this.key(e));
	}

	key(e) {
		const typing = $(e.target).is("textarea, input, select");
		if (e.ctrlKey || e.metaKey || e.altKey) return;
		if (typing) {
			if (e.key !== "Escape") return;
			e.target.blur();
			this.$row(this.active)[0]?.focus();
		} else if (!this.press(e.key)) return;
		e.preventDefault();
		e.stopPropagation();
	}

	press(key) {
		const $row = this.active ? this.$row(this.active) : $();
		const status = { c: "Conforms", p: "Partial", g: "Gap", n: "Not Applicable" }[key];
		if (key === "j" || key === "ArrowDown") this.step(1);
		else if (key === "k" || key === "ArrowUp") this.step(-1);
		else if (key === "/") this.$root.find(".iso-filter").trigger("focus");
		else if (key === "o") this.$root.find(".iso-open-only").trigger("click");
		else if (!$row.length) return false;
		else if ("12345".includes(key)) this.set_maturity($row, key);
		else if (status) this.set_status($row, status);
		else if (key === "e") $row.find("textarea").first().trigger("focus");
		else return false;
		return true;
	}

	step(by) {
		const open = this.$root.find(".iso-row:not([hidden])").toArray();
		const at = open.findIndex((element) => element.dataset.row === this.active);
		const next = open[at < 0 ? 0 : at + by];
		if (!next) return;
		this.filter();
		this.activate($(next));
	}

	// Answering

	set_maturity($row, level) {
		const row = this.rows[$row.attr("data-row")];
		if (!this.board.may.answer) return;
		if (level > row.cap) {
			frappe.show_alert({ message: frappe.utils.escape_html(row.cap_reason), indicator: "orange" });
			return;
		}
		this.save(row.name, { maturity: level });
	}

	set_status($row, status) {
		const row = this.rows[$row.attr("data-row")];
		if (!this.board.may.answer) return;
		const ask = {
			"Not Applicable": ["not_applicable_reason", __("Why It Is Not Applicable")],
			Conforms: row.has_gap_figure && ["status_reason", __("Why It Conforms, Although a Figure Says Gap")],
		}[status];
		if (!ask || row[ask[0]]) {
			this.save(row.name, { status });
			return;
		}
		this.ask(
			{ fieldname: "reason", fieldtype: "Small Text", label: ask[1], reqd: 1 },
			({ reason }) => this.save(row.name, { status, [ask[0]]: reason }),
			__(status),
			__("Set")
		);
	}

	// A dialog, after which the keyboard is where it was.
	ask(fields, then, title, label) {
		frappe
			.prompt(fields, then, title, label)
			.$wrapper.on("hidden.bs.modal", () => this.$row(this.active)[0]?.focus({ preventScroll: true }));
	}

	// One after the other, each with only what was changed and what it was before.
	save(name, values) {
		if (!this.board.may.answer) return;
		this.tell(__("Saving"));
		this.queue = this.queue
			.then(() => {
				const seen = {};
				for (const field of Object.keys(values)) seen[field] = this.rows[name][field];
				return frappe.xcall("cms_iso10002.iso_10002.assessment.rows.answer", { row: name, values, seen });
			})
			.then((answer) => this.update(answer))
			.catch(() => this.refetch(name));
		return this.queue;
	}

	update({ row, progress }, keep_text = false) {
		this.rows[row.name] = { ...row, clause: this.rows[row.name].clause };
		const $row = this.$row(row.name);
		const had_focus = $row.find(".iso-head").has(document.activeElement).length;
		$row.find(".iso-head").html(this.part("head", row));
		if (this.active === row.name) {
			if (!keep_text && !$row.find(".iso-edit textarea").is(":focus"))
				$row.find(".iso-edit").html(this.part("edit", row)).find("textarea").each((_, area) => this.fit(area));
			$row.find(".iso-foot").html(this.part("foot", row));
			if (had_focus) $row[0].focus({ preventScroll: true });
		}
		this.show_progress(progress);
		this.tell(__("Saved"));
	}

	// Refused: what is stored is shown again, what was typed stays to be looked at.
	refetch(name) {
		return cms_iso10002
			.ask("cms_iso10002.iso_10002.assessment.rows.get_row", { row: name })
			.then((answer) => {
				this.update(answer, true);
				this.$row(name)
					.find("textarea[data-field]")
					.each((_, area) => {
						const stored = answer.row[area.dataset.field];
						if (area.value.trim() === stored) return;
						$(area).next(".iso-theirs").text(__("Stored: {0}", [stored || __("nothing")])).prop("hidden", false);
					});
				this.tell(__("Not saved"));
			});
	}

	tell(text) {
		this.$root.find(".iso-saved").text(text);
	}

	// Evidence

	open_records(link, e) {
		e.preventDefault();
		const { route, filters } = JSON.parse(link.dataset.link);
		frappe.route_options = filters;
		frappe.open_in_new_tab = true;
		frappe.set_route(route);
	}

	collect() {
		cms_iso10002
			.ask("cms_iso10002.iso_10002.assessment.collecting.collect", { assessment: this.board.name })
			.then((state) => this.show_collecting(state));
	}

	show_collecting(state) {
		const under_way = ["Queued", "Running"].includes(state.state);
		const $box = this.$root.find(".iso-collecting").prop("hidden", !under_way && !state.error);
		const share = state.total ? (100 * state.done) / state.total : 0;
		$box.find(".progress").prop("hidden", !under_way).find(".progress-bar").css("width", share + "%");
		$box.find(".iso-collecting-text").text(
			state.error ||
				(state.state === "Queued"
					? __("Waiting for a background worker")
					: __("{0} of {1} clauses: {2}", [state.done, state.total, state.clause]))
		);
		clearTimeout(this.timer);
		if (under_way) this.timer = setTimeout(() => this.poll(), 1500);
	}

	poll() {
		if (cur_frm !== this.frm || this.frm.doc.name !== this.board.name) return;
		cms_iso10002
			.ask("cms_iso10002.iso_10002.assessment.collecting.progress", { assessment: this.board.name })
			.then((state) => {
				if (state.state === "Done") this.frm.reload_doc();
				else this.show_collecting(state);
			});
	}

	// A row's document, file and action

	link_document(name) {
		this.ask(
			[
				{ fieldname: "document_type", fieldtype: "Link", options: "DocType", label: __("Document Type"), reqd: 1 },
				{ fieldname: "document_name", fieldtype: "Dynamic Link", options: "document_type", label: __("Document"), reqd: 1 },
			],
			({ document_type, document_name }) => this.save(name, { document_type, document_name }),
			__("Link a Document"),
			__("Link")
		);
	}

	unlink_document(name) {
		this.save(name, { document_type: "", document_name: "" });
	}

	attach_file(name) {
		new frappe.ui.FileUploader({
			doctype: this.frm.doctype,
			docname: this.board.name,
			allow_multiple: false,
			on_success: (file) => this.save(name, { attachment: file.file_url }),
		});
	}

	detach_file(name) {
		this.save(name, { attachment: "" });
	}

	make_action(name) {
		this.act("make_quality_action", { row: name });
	}

	judge(name) {
		this.ask(
			{
				fieldname: "effective_on",
				fieldtype: "Date",
				label: __("Found Effective On"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			(values) => this.act("judge_effective", { row: name, ...values }),
			__("Was the Action Effective?"),
			__("Effective")
		);
	}

	unjudge(name) {
		this.act("judge_effective", { row: name });
	}

	act(method, args) {
		cms_iso10002
			.ask("cms_iso10002.iso_10002.assessment.actions." + method, args)
			.then((answer) => this.update(answer, true));
	}
};
